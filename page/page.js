// What the page does in the browser: turns clicks on [data-do] into events, copies, scrolls, saves files.
window.wenbao = {
  listen(element, trigger, local = {}) {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (!button || button.disabled) return;
      const data = { ...button.dataset };
      if (data.do === "copy") wenbao.copy(button);
      else if (local[data.do]) local[data.do](button);
      else trigger(data.do, data);
    });
  },

  async copy(button) {
    const text = button.dataset.text;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https or permission: the old way.
      const area = document.createElement("textarea");
      area.value = text;
      area.style.position = "fixed";
      area.style.opacity = "0";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const said = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = said), 1600);
  },

  showLast(element) {
    const box = element.closest("#conversation") || element;
    box.scrollTop = box.scrollHeight;
    const last = element.querySelector(".wb-turn:last-child");
    if (last) last.scrollIntoView({ block: "nearest" });
  },

  showHighlight(element) {
    const frame = element.querySelector(".wb-source-body");
    const mark = element.querySelector(".wb-hl-figure, .wb-hl-passage");
    if (!frame) return;
    wenbao.fit();
    const go = () => {
      if (!mark) return void (frame.scrollTop = 0);
      const shift = mark.getBoundingClientRect().top - frame.getBoundingClientRect().top;
      frame.scrollTop += shift - frame.clientHeight / 2;
      const aside = mark.getBoundingClientRect().left - frame.getBoundingClientRect().left;
      frame.scrollLeft += aside + mark.offsetWidth / 2 - frame.clientWidth / 2;
    };
    // The panel may be opened only after this: wait until it has a height, and once more when that is final.
    new ResizeObserver((_, observer) => {
      if (!frame.clientHeight) return;
      go();
      setTimeout(() => observer.disconnect(), 600);
    }).observe(frame);
  },

  bring(place) {
    setTimeout(() => {
      const element = document.querySelector(place);
      const block = element && element.offsetHeight > innerHeight / 2 ? "start" : "nearest";
      element?.scrollIntoView({ block, behavior: "smooth" });
    }, 60);
  },

  save(file) {
    if (!file || !file.content) return;
    const bytes = Uint8Array.from(atob(file.content), (one) => one.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: file.type }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  },

  // The chart is an SVG of ours: drawn on a canvas it becomes a PNG.
  savePicture(selector, name) {
    const svg = document.querySelector(`${selector} svg`);
    if (!svg) return;
    const box = svg.viewBox.baseVal;
    const copy = svg.cloneNode(true);
    const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    const dark = document.querySelector(".dark") !== null;
    const ink = getComputedStyle(svg).color;
    style.textContent = `svg { color: ${ink}; font-family: sans-serif; }`;
    copy.prepend(style);
    const own = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*:not(style)")].forEach((node, index) => {
      const seen = own[index] && getComputedStyle(own[index]);
      if (seen) for (const key of ["fill", "stroke", "stroke-width", "font-size", "opacity", "stroke-dasharray"])
        node.style.setProperty(key, seen.getPropertyValue(key));
    });
    copy.setAttribute("width", box.width * 2);
    copy.setAttribute("height", box.height * 2);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = box.width * 2;
      canvas.height = box.height * 2;
      const pen = canvas.getContext("2d");
      pen.fillStyle = dark ? "#14181d" : "#ffffff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      const link = document.createElement("a");
      link.href = canvas.toDataURL("image/png");
      link.download = name;
      link.click();
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  },

  // The conversation and the source take the height that is left, whatever stands above them.
  fit() {
    for (const [id, name] of [["conversation", "--wb-top"], ["source-column", "--wb-source-top"]]) {
      const element = document.getElementById(id);
      if (element && element.offsetParent !== null)
        document.documentElement.style.setProperty(name, `${element.getBoundingClientRect().top + scrollY}px`);
    }
  },

  // The sidebar is open where it leaves room for the page.
  openSidebar() {
    const sidebar = document.getElementById("sidebar");
    const toggle = sidebar?.querySelector(".toggle-button");
    if (toggle && innerWidth > 900 && !sidebar.classList.contains("open")) toggle.click();
  },

  // The browser's own name, under which its conversations are kept, and its language.
  visitor() {
    let owner = localStorage.getItem("wenbao-owner");
    if (!owner) {
      owner = Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
      localStorage.setItem("wenbao-owner", owner);
    }
    wenbao.openSidebar();
    return JSON.stringify({ owner, language: localStorage.getItem("wenbao-language") || "" });
  },

  remember(language) {
    localStorage.setItem("wenbao-language", language);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  },
};

document.documentElement.lang = (localStorage.getItem("wenbao-language") || "zh") === "zh" ? "zh-CN" : "en";
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("[data-do='close_source']")?.click();
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing) {
    const box = document.querySelector("#question textarea");
    if (box) (event.preventDefault(), box.focus());
  }
});
addEventListener("resize", wenbao.fit);
new MutationObserver(() => requestAnimationFrame(wenbao.fit)).observe(document.documentElement, { childList: true, subtree: true });
