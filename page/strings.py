"""Every string of the page, Chinese first, English second."""

from __future__ import annotations

from typing import Any, Final

LANGUAGES: Final = ("zh", "en")
LANGUAGE_NAMES: Final = (("中文", "zh"), ("English", "en"))

STRINGS: Final[dict[str, tuple[str, str]]] = {
    "name": ("问报", "Wenbao"),
    "tagline": ("从报告里找数字，每个数字都核对过、有出处", "Figures from reports, each one checked and sourced"),
    "language": ("界面语言", "Language"),
    # tabs
    "tab_ask": ("提问", "Ask"),
    "tab_compare": ("对比", "Compare"),
    "tab_reports": ("报告", "Reports"),
    "tab_settings": ("设置", "Settings"),
    # state of the service
    "loading": (
        "正在载入模型，通常需要十几秒；现在就可以提问，载入后立即回答。",
        "Loading the models, which takes some ten seconds; ask away, answers come as soon as they are in.",
    ),
    "no_reports": (
        "还没有报告。到“报告”页放入 PDF、Word、Excel、网页或文本文件，就可以提问。",
        "No reports yet. Drop PDF, Word, Excel, HTML or text files on the Reports tab, then ask.",
    ),
    # empty conversation
    "welcome": ("问一个数字，看到它的出处", "Ask for a figure, see where it stands"),
    "welcome_more": (
        "答案里的每个数字都由程序与原文核对；点数字后的角标，原文在旁边打开并标亮。报告里没有的，就说没有。",
        "Code checks every figure of an answer against its source; click the number after a figure and the "
        "source opens beside it, highlighted. What the reports do not say, Wenbao does not say.",
    ),
    "try_these": ("试试这些问题", "Try one of these"),
    "question": ("问题", "Question"),
    "placeholder": (
        "输入问题，例如：2023年规模以上工业增加值增长多少？",
        "Type a question, such as: How much did industrial value-added grow in 2023?",
    ),
    "send": ("提问", "Ask"),
    "stop": ("停止", "Stop"),
    "new_conversation": ("新对话", "New conversation"),
    "conversations": ("对话记录", "Conversations"),
    "no_conversations": ("提问后，对话保存在这里。", "Conversations are kept here."),
    "delete_conversation": ("删除这段对话", "Delete this conversation"),
    "scope": ("在哪些报告里找", "Reports to ask"),
    "scope_all": ("全部报告", "All reports"),
    "export": ("导出对话", "Export"),
    "nothing_to_export": ("还没有可以导出的回答。", "There is no answer to export yet."),
    # an answer
    "searching": ("正在检索报告…", "Searching the reports…"),
    "checking": ("找到 {count} 处相关段落，正在核对数字…", "{count} passages found, checking the figures…"),
    "ahead": ("大模型繁忙，前面还有 {count} 个问题…", "The language model is busy, {count} ahead…"),
    "verified": ("已核对", "Verified"),
    "verified_more": ("每个数字与原文一致", "every figure matches its source"),
    "refused": ("报告中没有", "Not in the reports"),
    "near_by": ("报告里有的", "What the reports do have"),
    "calculation": ("计算", "Calculation"),
    "sources": ("出处", "Sources"),
    "open_source": ("打开出处 {marker}：{report}", "Open source {marker}: {report}"),
    "page": ("第 {page} 页", "page {page}"),
    "copy": ("复制", "Copy"),
    "copied": ("已复制", "Copied"),
    "retry": ("重问", "Ask again"),
    "stopped": ("已停止。", "Stopped."),
    "empty_question": ("请先输入问题。", "Please type a question first."),
    "unexpected": (
        "出现意外错误，问题已保留，可点“重问”；详情见服务日志。",
        "Something unexpected went wrong. Your question is kept: ask again; the server's log has details.",
    ),
    # feedback
    "rate": ("这个回答", "This answer is"),
    "rate_right": ("对", "Right"),
    "rate_wrong": ("错", "Wrong"),
    "rate_should_refuse": ("本应拒答", "Should have refused"),
    "rate_has_it": ("报告里有", "The reports have it"),
    "rated": ("已记下，谢谢。", "Noted, thank you."),
    # source panel
    "source": ("原文", "Source"),
    "close": ("关闭", "Close"),
    "previous_page": ("上一页", "Previous page"),
    "next_page": ("下一页", "Next page"),
    "earlier": ("上文", "Earlier"),
    "later": ("下文", "Later"),
    "page_of": ("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
    "page_image": ("{report} 第 {page} 页", "{report}, page {page}"),
    "legend_figure": ("数字", "figure"),
    "legend_passage": ("所在句", "its sentence"),
    "title": ("标题", "Title"),
    "region": ("地区", "Region"),
    "period": ("时期", "Period"),
    "kind": ("类型", "Kind"),
    # reports
    "upload": ("添加报告", "Add reports"),
    "upload_kinds": (
        "PDF、Word、Excel、CSV、网页、Markdown、文本；单个文件不超过 50 MB",
        "PDF, Word, Excel, CSV, HTML, Markdown, text; at most 50 MB a file",
    ),
    "adding": ("正在处理", "Working"),
    "added": ("已添加：{names}", "Added: {names}"),
    "updated": ("已更新：{names}", "Updated: {names}"),
    "unchanged": ("没有变化：{names}", "Unchanged: {names}"),
    "stage_reading": ("读取 {name}", "Reading {name}"),
    "stage_embedding": ("建立索引", "Indexing"),
    "files_done": ("{done} / {total} 个文件", "{done} of {total} files"),
    "report_count": ("{count} 份报告", "{count} reports"),
    "report": ("报告", "Report"),
    "pages": ("页", "Pages"),
    "chunks": ("段", "Passages"),
    "figures": ("数字", "Figures"),
    "figure": ("数字", "Figure"),
    "indicator": ("指标", "Indicator"),
    "status": ("性质", "Status"),
    "view": ("查看", "View"),
    "edit": ("更正", "Correct"),
    "remove": ("移除", "Remove"),
    "remove_sure": (
        "移除“{name}”？它将不再被检索和引用，原始文件不受影响。",
        "Remove “{name}”? It will no longer be searched or cited; your own file is left alone.",
    ),
    "removed": ("已移除“{name}”。", "“{name}” is removed."),
    "cancel": ("取消", "Cancel"),
    "save": ("保存", "Save"),
    "saved": ("已保存“{name}”的信息。", "The description of “{name}” is saved."),
    "edit_heading": ("更正“{name}”的信息", "Correct the description of “{name}”"),
    "edit_hint": (
        "留空则恢复为从原文读出的内容。时期写作 2023、2023Q3、2023-01/2023-09 等。",
        "Leave a field empty to go back to what the text says. Periods: 2023, 2023Q3, 2023-01/2023-09 …",
    ),
    "how_read": ("读取情况", "How it was read"),
    "figures_read": ("读出的数字", "Figures read"),
    "read_from": ("读自", "read from"),
    "format": ("格式", "Format"),
    "ocr_pages": ("由图像识别（OCR）的页", "Pages read by OCR"),
    "ocr_note": ("{pages}（引用时请与原页核对）", "{pages} (compare what they say with the page)"),
    "unread_pages": ("未能读取的页", "Pages that could not be read"),
    "dropped": ("略去的页眉、页脚等", "Headers, footers and the like left out"),
    "first_figures": ("前 {count} 个，共 {total} 个", "the first {count} of {total}"),
    # compare
    "compare_indicator": ("指标", "Indicator"),
    "compare_regions": ("地区", "Regions"),
    "compare_from": ("起始年份", "From"),
    "compare_to": ("结束年份", "To"),
    "compare_go": ("对比", "Compare"),
    "compare_hint": (
        "选一个指标，各地区、各年份的数字排成表和图；点任一格看出处，报告里没有的留空。",
        "Choose an indicator and get its figures by region and year, as table and chart. Click a cell for its "
        "source; what the reports do not have stays empty.",
    ),
    "compare_nothing": (
        "报告里没有可对比的“{indicator}”。",
        "The reports have nothing to compare for “{indicator}”.",
    ),
    "growth_of": ("{indicator}增速", "Growth of {indicator}"),
    "gap": ("报告中没有", "not in the reports"),
    "export_csv": ("导出 CSV", "Export CSV"),
    "export_png": ("导出图片", "Export PNG"),
    "value": ("数值", "Value"),
    # settings
    "model_status": ("模型", "Models"),
    "language_model": ("语言模型", "Language model"),
    "embedding_model": ("向量模型", "Embedding model"),
    "state": ("状态", "State"),
    "ready": ("就绪", "ready"),
    "not_ready": ("载入中", "loading"),
    "failed": ("不可用", "not available"),
    "embedded": ("本机内置", "inside this program"),
    "endpoint": ("外部端点", "external endpoint"),
    "strictness": ("严格程度", "Strictness"),
    "careful": ("谨慎：没有把握就不答", "Careful: no answer unless sure"),
    "balanced": ("均衡", "Balanced"),
    "exploratory": ("宽松：多答一些，需自行核对", "Exploratory: answers more, check it yourself"),
    "feedback": ("评价与测评", "Feedback and evaluation"),
    "feedback_hint": (
        "评价只保存在这台机器上。导出后可补上正确答案，作为测评题。",
        "Ratings stay on this machine. Export them, add the right answers, and use them as evaluation questions.",
    ),
    "feedback_counts": (
        "对 {right}，错 {wrong}，本应拒答 {should_refuse}",
        "right {right}, wrong {wrong}, should have refused {should_refuse}",
    ),
    "export_feedback": ("导出评价", "Export ratings"),
    "gold_file": ("测评题文件（.jsonl）", "Gold questions (.jsonl)"),
    "gold_run": ("开始测评", "Run"),
    "gold_progress": ("{done} / {total} 题", "{done} of {total} questions"),
    "gold_missing": ("请先选择测评题文件。", "Please choose a file of gold questions first."),
    "gold_bad": ("测评题文件有误：{reason}", "The gold file is not right: {reason}"),
    "gold_right": ("对", "right"),
    "gold_wrong": ("错", "wrong"),
    "gold_refused": ("拒答", "refused"),
    "gold_right_refusal": ("其中应当拒答", "of these, rightly"),
}  # fmt: skip

# What an index says in its own codes: how sure a figure is, what a report is, where that was read.
TERMS: Final[dict[str, tuple[str, str]]] = {
    "actual": ("实际", "actual"),
    "target": ("目标", "target"),
    "forecast": ("预测", "forecast"),
    "preliminary": ("初步", "preliminary"),
    "revised": ("修订", "revised"),
    "bulletin": ("公报", "bulletin"),
    "government work report": ("政府工作报告", "government work report"),
    "news": ("新闻", "news"),
    "other": ("其他", "other"),
    "title": ("标题", "title"),
    "heading": ("小标题", "heading"),
    "text": ("正文", "text"),
    "file name": ("文件名", "file name"),
    "file metadata": ("文件属性", "file metadata"),
    "user": ("人工填写", "what was entered"),
}

# About the sample reports, so that a first visitor sees an answer, its arithmetic and a refusal.
EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "zh": (
        "2023年云川市规模以上工业增加值增长多少？",
        "云川高新区前三季度经济增速分别领先全国、全省多少个百分点？",
        "2023年云川市和青岚市的GDP增速相差多少个百分点？",
        "2021年临海市地区生产总值是多少？",
    ),
    "en": (
        "How much did Yunchuan's industrial value-added grow in 2023?",
        "What was Yunchuan's general public budget revenue in 2022?",
        "2023年云川市和青岚市的GDP增速相差多少个百分点？",
        "What was the GDP of Linhai in 2021?",
    ),
}


def term(code: str, language: str) -> str:
    """A code of the index as people say it; the code itself where it is none that we know."""
    said = TERMS.get(code)
    if said is None:
        parts = code.split(", year from ")
        return "、".join(term(part, language) for part in parts) if len(parts) > 1 else code
    return said[LANGUAGES.index(language)]


def say(key: str, language: str, **values: Any) -> str:
    """The string in `zh` or `en`, filled in. KeyError for a key that does not exist."""
    text = STRINGS[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text
