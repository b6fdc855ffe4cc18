# Wenbao in a container: the page and the API on port 7860, everything it keeps under /data.
#
#   docker build -t wenbao .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#       -v wenbao-data:/data -e WENBAO_API_KEY=… -p 127.0.0.1:7860:7860 wenbao
#
# pip's own settings decide where packages come from; give a mirror with --build-arg PIP_INDEX_URL=….
# Debian 12 has the Python that the locks are checked with (3.11).
FROM debian:12-slim AS build

SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ARG PIP_INDEX_URL
# Versions are those of the Debian release named above; its security updates are wanted.
# hadolint ignore=DL3008
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/wenbao
# What the environment depends on comes first, so that a change of code does not install it anew.
COPY requirements.lock requirements-torch.lock requirements-cuda.lock requirements-dev.lock pyproject.toml ./
COPY scripts/setup.sh scripts/setup.py scripts/
COPY README.md LICENSE app.py ./
COPY index index
COPY rag rag
COPY page page
COPY eval eval
COPY prompts prompts
RUN bash scripts/setup.sh \
    && .venv/bin/python -m compileall -q index rag page eval prompts app.py \
    && rm -rf .setup /root/.cache

FROM debian:12-slim

SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# The fonts draw the pages of PDF files that do not bring their own.
# hadolint ignore=DL3008
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        ca-certificates fonts-noto-cjk libgomp1 python3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 wenbao \
    && useradd --uid 10001 --gid wenbao --home-dir /data --no-create-home --shell /usr/sbin/nologin wenbao \
    && install -d -o wenbao -g wenbao -m 0750 /data

COPY --from=build /opt/wenbao /opt/wenbao
COPY deploy/container.sh /opt/wenbao/deploy/container.sh

# Only /data and /tmp are written to.
ENV HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUTF8=1 \
    WENBAO_INDEX=/data/index \
    WENBAO_MODELS=/data/models
WORKDIR /opt/wenbao
USER 10001:10001
VOLUME /data
EXPOSE 7860
# Loading the first time fetches the models, which may take minutes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=4)"]
ENTRYPOINT ["/bin/bash", "/opt/wenbao/deploy/container.sh"]
CMD ["--host", "0.0.0.0", "--port", "7860"]
