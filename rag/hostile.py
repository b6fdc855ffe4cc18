"""Sentences that speak to a machine instead of reporting: they are data, but never evidence.

A report tells people what was measured. A sentence that orders a reader's program what to answer, or imitates
the marks of a chat or a tool call, proves nothing whatever figure or name it holds, so no answer may rest on
it. The rules are about the form of such text, not about any known one.
"""

from __future__ import annotations

import re

_MACHINE = (
    r"(?:人工智能|大模型|语言模型|智能体|聊天机器人|机器人|助手|(?<![A-Za-z])(?:AI|LLM|GPT)(?![A-Za-z])"
    r"|(?i:\bassistant|language model|chat ?bot|summari[sz]er|large model))"
)
_ANSWERING = (
    r"(?:回答|回复|答复|作答|输出|忽略|无视|扮演|照抄|复述|停止检索"
    r"|(?i:\b(?:answer|reply|respond|output|ignore|disregard|say)\b))"
)
_MOOD = r"(?:请|应|须|只|不要|你|您|一律|停止|(?i:\b(?:must|should|please|only|you|your)\b))"
_RULES = (
    # The marks of chats and tool calls.
    r"<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|tool_call|function)\b[^>\n]{0,40}>?",
    r"\[/?(?:INST|SYSTEM_PROMPT|SYS)\]|<</?SYS>>|</?(?:evidence|instructions?|context|prompt)>",
    r"(?im:^\s*(?:#{1,6}\s*)?(?:system|assistant|developer)\s*[:：])",
    r"(?im:^\s*(?:action|action input|observation)\s*[:：])",
    r"[\"“](?:role|function_call|tool_calls?|arguments|citation|verified)[\"”]\s*[:：]|(?i:\bcitation\s*:\s*\{)",
    r"\{\{[^}\n]{1,60}\}\}|\$\{[A-Za-z_]{2,40}\}|```",
    r"<(?:script|img|iframe|svg|style|a)\b|javascript:|data:[a-z]+/|!\[[^\]\n]*\]\(|\]\([a-z]+:",
    # A machine is addressed and told what to say.
    rf"{_MACHINE}.{{0,16}}{_MOOD}.{{0,16}}{_ANSWERING}|{_MOOD}.{{0,12}}{_MACHINE}.{{0,20}}{_ANSWERING}",
    # Whoever reads is told what to answer.
    r"(?:忽略|无视|忘记|不要理会)(?:以上|上文|上述|上面|之前|前面|原文|所有|全部)",
    r"(?:只|一律|必须先?|直接|请|均|都|应|统一)(?:在回答[^。]{0,8})?(?:回答|回复|作答|输出|答)(?:为|成|[“\"：:]|[^好了问应复卷辩题])",
    r"(?:回答|被问)[^。]{0,20}时[^。]{0,8}(?:请|应当?|必须|直接|统一)(?:使用|采用|写|说|用|改)",
    r"(?:所有|任何|凡|每个)(?:问题|提问|回答|问)[^。]{0,8}(?:答案|都是|都答|答|回答)",
    r"请(?:在|将|把)[^。]{0,30}(?:回答|答案)(?:中|里|开头|为|成)|请?(?:列出|输出|读取|代入)[^。]{0,12}(?:提示词|密钥|集合|变量|设置)",
    r"(?:系统|新的)?(?:提示|指令)(?:词|结束|升级)?[:：=]|给机器人的指令|系统提示|不受任何规则",
    r"(?i:\b(?:ignore|disregard|forget|override)\b.{0,24}\b(?:previous|above|prior|instructions?|report|figures?)\b)",
    r"(?i:\b(?:developer mode|your (?:new )?task is|begin your answer|do not mention this|system prompt|full prompt)\b)",
    r"(?i:\b(?:answer|reply|respond)\b.{0,24}\b(?:only|with|with the word|every question)\b)",
    r"(?i:\b(?:reveal|print|repeat)\b.{0,40}\b(?:settings|prompt|instructions|environment|everything above)\b)",
    r"(?i:\bwhen asked\b|\bin all answers\b|\bsay it has been verified\b)",
    # An answer with our marker on it, or one that vouches for itself.
    r"(?:答案?|A)\s*[:：][^\n]{1,60}\[\d{1,2}\]|已由系统核验|核对通过|引文无需核对",
    r"(?<!\d)\[\d{1,2}\].{0,40}(?:核验|核对|offset|verified|引文)",
)
_ORDER = re.compile("|".join(f"(?:{rule})" for rule in _RULES))
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_REPEATED = re.compile(r"(.{2,40}?)\1{7,}", re.DOTALL)


def gives_orders(text: str) -> bool:
    """Whether a sentence speaks to a machine, or repeats itself as no report does."""
    plain = _INVISIBLE.sub("", text)
    return _ORDER.search(plain) is not None or _REPEATED.search(plain) is not None
