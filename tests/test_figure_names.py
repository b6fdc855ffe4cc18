"""What a figure measures, where the noun beside it does not say enough; sentences on places that do not exist."""

from __future__ import annotations

import pytest
from test_figures import read

from index.figures import figures_in_text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # a list before the noun belongs to the name, 等各项 included
        ("粮食直补、农资综合补贴、良种补贴、农机具购置补贴资金达30亿元", ["粮食直补、农资综合补贴、良种补贴、农机具购置补贴资金"]),
        ("办公费、差旅费和会议费等各项开支要压减10%", ["办公费、差旅费和会议费等各项开支"]),
        ("高校毕业生初次就业率77.8%", ["高校毕业生初次就业率"]),
        ("分级诊疗试点和家庭签约服务扩大到85%以上乡镇", ["分级诊疗试点和家庭签约服务扩大的乡镇"]),
        # things counted side by side share their predicate
        ("28个县（区）、230个乡镇已初步建立救助体系", ["初步建立救助体系的县", "初步建立救助体系的乡镇"]),
        ("8个部门和临河、云川等县已建立账目", ["建立账目的部门"]),
        ("酝酿多年的信用社改革开始在8个县（市）试点", ["信用社改革试点的县"]),
        ("市领导访问了五大洲的50多个国家", ["访问的国家"]),
        # what a sum is for, or sets up
        ("拟从超收收入中安排5亿元设立预算稳定调节基金", ["预算稳定调节基金"]),
        ("拟安排4亿元，用于补助困难家庭的廉租房建设", ["用于补助困难家庭的廉租房建设的资金"]),
        ("市财政共增加支出4亿元", ["财政增加支出"]),
        # capacity taken away or added is no output
        ("淘汰落后炼铁产能90万吨、水泥23万吨", ["淘汰炼铁产能", "淘汰水泥产能"]),
        ("新增加的主要生产能力有煤炭27万吨，石油14万吨", ["煤炭生产能力", "石油生产能力"]),
        ("扩建化肥厂使化肥生产能力增加标准肥15万吨", ["化肥生产能力"]),
        # a number that only describes the noun behind it
        ("投资在5亿元以上的重大项目有93个", ["投资", "投资在5亿元以上的重大项目"]),
        ("义务教育的地区要增加到全省人口的72%", ["义务教育的地区"]),
        # all of them together are no income per head, those moved no population
        ("城镇居民收入将增加40亿元", ["城镇居民收入"]),
        ("五年转移农村人口8.4万人", ["转移农村人口"]),
        ("外商投资显著增加，直接投资达到25亿美元", ["实际使用外资"]),
        ("全面建立最低生活保障制度，3.4万农村居民纳入保障范围", ["最低生活保障人数"]),
        ("连续第7年提高企业退休人员基本养老金，全年人均增加1680元", ["企业退休人员基本养老金"]),
        ("小麦最低收购价每50公斤提高5元", ["小麦最低收购价"]),
        ("降低9万多个体工商户税负", ["个体工商户税负"]),
        ("经济增长速度的调控目标，定为8%", ["国内生产总值"]),
        ("只要保持8%的增长率，就是成绩", ["国内生产总值"]),
        ("城镇职工基本养老保险制度不断完善，参保人数突破2万人", ["城镇职工基本养老保险参保人数"]),
        ("城乡居民基础养老金月最低标准提高20元", ["城乡居民基础养老金"]),
        ("服务业对经济增长贡献率接近60%", ["服务业对经济增长的贡献率"]),
        ("棉纱产量28万吨；纸52万吨，增加2万吨", ["纱产量", "纸产量", "纸产量"]),
        ("农村新建房屋达9万平方米", ["农村新建房屋"]),
        ("开展新型农村社会养老保险试点，3.58万人参保", ["新型农村社会养老保险参保人数"]),
        ("全国财政比年度预算超收7239亿元", ["财政超收"]),
        ("中央财政安排资金13亿元", ["中央财政资金"]),
        ("将养老保险试点范围扩大到全国40%的县", ["养老保险试点县"]),
        ("每吨钢的综合能耗，由2.51吨煤，降低到2.28吨煤", ["吨钢综合能耗", "吨钢综合能耗"]),
        ("为加快社会保障体系建设，今年中央财政将安排62亿元", ["中央财政用于加快社会保障体系建设的资金"]),
        ("按不低于5%的幅度压减一般性支出", ["一般性支出"]),
        ("基本养老保险参保人数增加1.4万、覆盖10.5万人", ["基本养老保险参保人数", "基本养老保险参保人数"]),
        ("与174个国家和地区发展了经济贸易往来", ["发展经济贸易往来的国家和地区"]),
        ("年综合能耗5万吨以上的企业有93家", ["年综合能耗", "年综合能耗5万吨以上的企业"]),
    ],
)  # fmt: skip
def test_names_are_as_full_as_the_sentence_gives_them(text: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(text)] == names


def test_figures_of_the_same_list_of_capacities_take_turns() -> None:
    figures = read("五年淘汰落后炼铁产能10万吨、落后炼钢产能5万吨，今年分别淘汰3万吨和2万吨")
    assert [figure.indicator for figure in figures] == ["淘汰炼铁产能", "淘汰炼钢产能"] * 2


def test_a_ratio_to_another_amount_is_of_what_was_spoken_of() -> None:
    figures = read("研究与试验发展经费支出19.7亿元，比上年增长13.8%，与地区生产总值之比为2.50%")
    assert figures[-1].indicator == "研究与试验发展经费投入强度"


def test_a_herd_kept_is_of_the_animals_sold() -> None:
    figures = read("生猪出栏28.5万头，年末存栏16.6万头；旅客吞吐量23.5万人次，首次突破20万人次大关")
    assert [figure.indicator for figure in figures][1] == "生猪存栏"
    assert figures[2].indicator == figures[3].indicator


def test_growth_since_a_year_compared_with_tells_since_when() -> None:
    first, average = figures_in_text("2005年与2000年相比，地区生产总值增长57.3%，年均增长9.5%。")
    assert (first.reference, first.period) == ("2000年", "2005")
    assert average.reference is None


def test_harvested_more_in_both_years_is_a_change_over_both() -> None:
    (more,) = figures_in_text("2021、2022两年共增产粮食4900多万吨。")
    assert (more.measure, more.direction, more.period) == ("change", "up", "2021/2022")
    assert more.indicator == "粮食产量"
