"""Made-up reports for the load test: 100 counties over nine years, 900 files, 10,800 chunks in all.

    python bench/soak/reports.py FOLDER

Always the same text. County names, people and figures are invented; growth rates and levels agree with nothing.
"""

from __future__ import annotations

import argparse
import itertools
import random
from pathlib import Path

FIRST, SECOND = "松柏梧榆槐枫桂兰荷梅", "岭川湖溪原台浦洲山谷"
SURNAMES, GIVEN = "顾陆沈韩许程宋叶", "清明知若嘉望砚听远行水木舒秋雨扬"
YEARS = range(2015, 2024)
COUNTIES = tuple(f"{first}{second}县" for first, second in itertools.product(FIRST, SECOND))

# (indicator, unit, what the rest of the paragraph says of its parts)
PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("地区生产总值", "亿元", ("第一产业增加值", "第二产业增加值", "第三产业增加值")),
    ("规模以上工业增加值", "亿元", ("制造业增加值", "高技术制造业增加值", "装备制造业增加值")),
    ("固定资产投资", "亿元", ("工业投资", "基础设施投资", "民间投资")),
    ("房地产开发投资", "亿元", ("住宅投资", "办公楼投资", "商业营业用房投资")),
    ("社会消费品零售总额", "亿元", ("商品零售额", "餐饮收入", "限额以上单位零售额")),
    ("货物进出口总额", "亿元", ("出口额", "进口额", "一般贸易进出口额")),
    ("一般公共预算收入", "亿元", ("税收收入", "增值税收入", "非税收入")),
    ("一般公共预算支出", "亿元", ("教育支出", "社会保障和就业支出", "卫生健康支出")),
    ("粮食产量", "万吨", ("夏粮产量", "秋粮产量", "稻谷产量")),
    ("肉类产量", "万吨", ("猪肉产量", "禽肉产量", "牛羊肉产量")),
    ("居民人均可支配收入", "元", ("城镇居民人均可支配收入", "农村居民人均可支配收入", "工资性收入")),
    ("居民人均消费支出", "元", ("食品烟酒支出", "居住支出", "交通通信支出")),
    ("金融机构存款余额", "亿元", ("住户存款余额", "非金融企业存款余额", "贷款余额")),
    ("旅游收入", "亿元", ("国内旅游收入", "乡村旅游收入", "住宿业营业额")),
    ("客运量", "万人次", ("公路客运量", "铁路客运量", "水路客运量")),
    ("货运量", "万吨", ("公路货运量", "铁路货运量", "水路货运量")),
    ("全社会用电量", "亿千瓦时", ("工业用电量", "城乡居民生活用电量", "第三产业用电量")),
    ("城镇新增就业", "人", ("失业人员再就业", "就业困难人员就业", "返乡创业人员")),
    ("高新技术企业营业收入", "亿元", ("研究与试验发展经费支出", "技术合同成交额", "新产品销售收入")),
)


def report(county: str, year: int) -> str:
    """The Markdown text of one county's report."""
    chance = random.Random(f"{county}{year}")
    lines = [
        f"# {county}（虚构）{year}年国民经济和社会发展统计公报",
        "",
        f"{county}统计局 {year + 1}年3月18日",
        "",
    ]
    for number, (indicator, unit, parts) in enumerate(PARTS):
        if number % 4 == 0:
            lines += [f"## {'一二三四五'[number // 4]}、{indicator}等", ""]
        lines += [paragraph(chance, year, indicator, unit, parts), ""]
    lines += [
        f"县科技馆馆长是{director(county, year)}。全年新建公园{chance.randint(3, 40)}座，{chance.randint(2, 9)}个社区完成改造。",
        "",
    ]
    return "\n".join(lines)


def director(county: str, year: int) -> str:
    """Who heads the county's science museum in that report: what only the language model answers."""
    chance = random.Random(f"{county}{year}馆长")
    return chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2))


def paragraph(chance: random.Random, year: int, indicator: str, unit: str, parts: tuple[str, ...]) -> str:
    def change() -> str:
        rate = chance.randint(-49, 149) / 10
        return f"比上年{'增长' if rate >= 0 else '下降'}{abs(rate):.1f}%"

    whole = chance.randint(2000, 90000) / (1 if unit in ("元", "人") else 100)
    shown = f"{whole:.0f}" if unit in ("元", "人") else f"{whole:.2f}"
    said = [f"{year}年{indicator}{shown}{unit}，{change()}。"]
    for part in parts:
        value = whole * chance.randint(5, 60) / 100
        said.append(
            f"{part}{value:.0f}{unit}，{change()}；"
            if unit in ("元", "人")
            else f"{part}{value:.2f}{unit}，{change()}；"
        )
    return "".join(said).rstrip("；") + "。"


def main() -> None:
    parser = argparse.ArgumentParser(description="Made-up reports for the load test.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for county, year in itertools.product(COUNTIES, YEARS):
        (folder / f"{county}-{year}.md").write_text(report(county, year), encoding="utf-8")
    print(f"{len(COUNTIES) * len(YEARS)} reports in {folder}")


if __name__ == "__main__":
    main()
