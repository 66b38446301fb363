"""The report's words in English and Chinese; terms as the glossary has them."""

from sim.core.metrics import RATE, metric
from sim.core.vocabulary import ROAD_CLASS_TABLE
from sim.driving.violations import OTHERS
from sim.risk.mechanisms import TABLE

LANGUAGES = ("en", "zh")

WORDS: dict[str, tuple[str, str]] = {
    "stamp": ("model estimate", "模型推演"),
    "runs_of": ("{} runs of each scenario, seed {}", "每个方案模拟 {} 次，种子 {}"),
    "source": ("Source: Hairpin {}, simulated runs, {}.", "来源：Hairpin {} 模拟，{}。"),
    "between": ("–", "～"),
    "low_end": ("from", "下限"),
    "high_end": ("to", "上限"),
    "index": ("indicator", "指标"),
    "road": ("road", "道路"),
    "fewer": ("← fewer accidents", "← 事故减少"),
    "more": ("more →", "增加 →"),
    "money": ("million CNY", "万元"),
    "ratios_text_wide": (
        "Expected accidents per million vehicle-km, divided by the baseline's: 0.90 is 10 % fewer. The thick line is chance in the "
        "runs, the thin one behind it holds uncertainty in the assumptions too; where that crosses the dotted 1 there is no clear "
        "effect.",
        "每百万车公里的预期事故数与无措施之比：0.90 表示减少 10%。粗线为随机波动，其后细线另计入假设的不确定性；"
        "细线跨过虚线 1 的，尚不能排除“没有效果”。",
    ),
    "ratio_wide": ("ratio with uncertain assumptions", "比值（计入假设的不确定性）"),
    "change_wide": ("interval with uncertain assumptions", "区间（计入假设的不确定性）"),
    "compliance_text": (
        "Compliance: of the trips that would have saved time or money on the banned road, the share that kept off it.",
        "禁行守法率：走禁行道路可省时省钱的出行中，未驶入禁行道路的比例。",
    ),
    "costs_chart": (
        "Cost of each scenario against the deaths it avoids, both a year; the grey line joins those that no other beats.",
        "各方案一年的费用与减少的死亡人数；灰线连接不被其他方案同时胜过者。",
    ),
    "deaths_avoided": ("deaths avoided", "减少死亡人数"),
    "flagged": (
        "More than 50 times its cost: that says more of the assumed cost than of the measure.",
        "超过费用的 50 倍：更多取决于所假设的费用，而非措施本身。",
    ),
    "parts_chart": (
        "Accidents avoided in a year, shared among the parts; lines are 95 % intervals.",
        "一年减少的事故起数在各部分之间的分摊；横线为 95% 区间。",
    ),
    "strip_text_free": (
        "The longest road from end to end: height above its start, curves, and expected accidents per km and year.",
        "最长道路全程：相对起点的高差、弯道，以及每公里每年的预期事故数。",
    ),
    "worst": ("The ten most dangerous places", "最危险的十处"),
    "worst_text": (
        "Expected truck accidents per km of road and year, both directions together; kilometres from the start of each part.",
        "每公里道路每年的预期货车事故数，双向合计；里程自各路段起点算起。",
    ),
    "mechanisms_text": (
        "Expected accidents a year by what begins them. Accidents with other vehicles are rear-end, head-on and overtaking.",
        "一年的预期事故按起因划分；涉及其他车辆的为追尾、对向碰撞和超车碰撞。",
    ),
    "expected_a_year": ("expected accidents a year", "一年的预期事故起数"),
    "months_text": (
        "Bands are 95 % intervals of the runs.",
        "色带为各次模拟的 95% 区间。",
    ),
    "trust": ("How far to trust it", "可信程度"),
    "trust_text": (
        "Numbers observed on real roads beside what the model gives for them with everything uncertain that it assumes; nothing was "
        "fitted to them.",
        "实际道路的观测值与模型预测对照，模型的各项假设均作为不确定量；这些观测未用于拟合。",
    ),
    "observed": ("observed", "观测项"),
    "seen": ("seen", "观测值"),
    "predicted": ("predicted (90 %)", "预测（90%）"),
    "in_interval": ("in the interval", "在区间内"),
    "inside": ("yes", "是"),
    "outside": ("no", "否"),
    "switch": ("中文", "English"),
    "answer": ("The answer", "结论"),
    "ratios_text": (
        "Expected accidents per million vehicle-km, divided by the baseline's. 0.90 is 10 % fewer; a line that "
        "crosses the dotted 1 shows no clear effect. Lines hold only chance in the runs, not what the assumptions "
        "leave open.",
        "每百万车公里的预期事故数与无措施之比。0.90 表示减少 10%；横线跨过虚线 1 的，尚不能排除“没有效果”。横线只含随机波动，不含假设的不确定性。",
    ),
    "parts": ("What the parts of the programme add", "全套措施各部分的贡献"),
    "parts_text": (
        "Accidents that the programme avoids in a year: each part alone, what is lost without it, and its share on average "
        "over all orders in which parts can be added (Shapley value).",
        "全套措施一年减少的事故起数：各部分单独实施、缺少该项的损失，以及分摊贡献（各种实施顺序平均，Shapley 值）。",
    ),
    "indices": ("The four indicators and exposure", "四项指数与行驶量"),
    "indices_text": (
        "Trucks only, expected in a year: mean of the simulated runs with its 95 % interval; change of paired runs. Direct property loss is what police write down; it is far below "
        "the economic cost of accidents.",
        "仅含货车，为一年的长期平均值（各次模拟的均值及 95% 区间），不同于公安统计口径；“较无措施变化”指同一年有措施与无措施相比，"
        "按同样的随机情形逐次配对计算。直接财产损失指警方登记的损失，远低于事故的经济成本。",
    ),
    "all": ("All scenarios, a year", "全部方案（一年）"),
    "sort": ("Select a heading to sort.", "点击表头排序。"),
    "moved": ("Where exposure and risk went", "行驶量与风险的去向"),
    "moved_text": (
        "A measure that keeps trucks off one road puts them on another: million vehicle-km and expected accidents a "
        "year by class of road.",
        "让货车离开一条路，就会把它们带到另一条路上：按道路等级列出一年的百万车公里和预期事故数。",
    ),
    "sites": ("Works and sites", "逐处工程与点位"),
    "sites_text": (
        "Works and sites of the programme that touch are one place; a single point reaches 2 km to both sides. Expected "
        "accidents there in a year, without and with the whole programme, deaths avoided there, what the works and sites cost a "
        "year, and the value of the deaths avoided over that cost. Measures that act elsewhere than where they stand (checks, rest areas, ramps, patrols) and those "
        "without a place are no rows: what they do here is in the accidents, their cost is not.",
        "相互重叠的工程和点位合为一处，单个点位按前后各 2 公里计。列出该处一年的预期事故（无措施与全套措施）、减少的死亡人数、"
        "工程和点位的年费用，以及减少死亡的价值与费用之比。作用不在所处位置的措施（检查、休息区、避险车道、巡逻）和不分地点的措施不单列：其作用已含在事故数中，费用未计入。",
    ),
    "place_km": ("place (km)", "地点（公里）"),
    "accidents_before": ("accidents without", "无措施事故起数"),
    "accidents_after": ("accidents with", "有措施事故起数"),
    "deaths_over_cost": ("value of deaths avoided / cost", "减少死亡价值/费用"),
    "trucks": ("By class of truck", "分车型"),
    "trucks_text": (
        "Million vehicle-km and expected accidents a year of the fleet's classes; together they are all trucks.",
        "按车型列出一年的百万车公里和预期事故数，各车型合计为全部货车。",
    ),
    "truck_class": ("class of truck", "车型"),
    "months": ("Month by month", "逐月变化"),
    "where": ("Where the risk is", "风险在哪里"),
    "strip_text": (
        "The banned road from end to end: height above its start, curves, ban, and expected accidents per km and year.",
        "禁行道路全程：相对起点的高差、弯道、禁行段，以及每公里每年的预期事故数。",
    ),
    "brakes": ("Down the steepest grade", "长下坡"),
    "brakes_text": (
        "Top: height. Middle: brake temperature of a full truck of the heaviest class that goes down at the limit all the "
        "way, by the grade severity rating system. Bottom: expected runaways in this direction. Trucks in the model differ in "
        "load, gear, brakes and speed; most go down slower than the limit.",
        "上：高差；中：最重车型满载、全程按限速下行时的制动器温度（坡度严重度分级系统）；下：该方向预期失控起数。"
        "模型中各车载重、挡位、制动状况和车速不同，多数车下坡慢于限速。",
    ),
    "map_text": (
        "The network, drawn from its coordinates; a line is the wider, the more accidents are expected per km.",
        "路网示意（按坐标绘制）；线越宽，每公里的预期事故越多。",
    ),
    "how": ("How it works", "怎样起作用"),
    "how_text": (
        "Banned entries of a year and what becomes of them; the police meet some of those who leave, and some others.",
        "一年中违反禁行规定（闯禁行）的起数及其结果；路面拦截与驶离有部分重合。",
    ),
    "load_text": (
        "Operators on duty and how many of them are busy on average, with calls and with other alarms, by hour of the day.",
        "各时段在岗坐席人数与平均忙碌人数（通话及处理其他报警）。",
    ),
    "on_duty": ("on duty", "在岗"),
    "busy_on_average": ("busy on average", "平均忙碌人数"),
    "operators_axis": ("operators", "坐席（人）"),
    "added_axis": (
        "accidents avoided in a year, shared among the parts (Shapley)",
        "各项措施分摊的减少事故数（一年，Shapley 值）",
    ),
    "times": ("Response times and load", "响应时间与工作量"),
    "year": ("What one year would look like", "只看一年会看到什么"),
    "year_text": (
        "Counted accidents scatter by chance. The curves show how likely each count of a year is; where they "
        "overlap, one year alone can't tell the programme from no programme.",
        "实际起数受偶然影响而波动。曲线给出一年中各种起数的概率；两条曲线重叠之处，仅凭一年无法判断措施有无作用。",
    ),
    "costs": ("Costs and what they avoid", "费用与效益"),
    "costs_text": (
        "A year. Costs of measures are assumptions. Benefits are valued at a low, a central and a high value of a statistical "
        "life, {} million CNY, an hour of a truck at the scenario's value; tolls and fines are not counted as costs: they "
        "are transfers. The break-even value of a life is the one from which a measure pays. It and the ratios are means of the runs without "
        "an interval: with chance and with what is assumed they may be far from these numbers.",
        "按一年计。措施费用为假设。效益分别按低、中、高三种统计生命价值（{} 万元）计算，货车工时按方案取值；通行费与罚款不计为费用，只是由一方转给另一方。“效益等于费用时的生命价值”越低越划算。"
        "它与效益费用比为各次模拟的平均值，不含区间；考虑偶然性与假设，可能相差很大。",
    ),
    "drives": ("What drives the answer", "哪些假设左右结论"),
    "drives_text": (
        "How far the answer moves when an assumption goes through its plausible range.",
        "某项假设在其合理范围内变动时，结论变动多少。",
    ),
    "sources": ("Assumptions and sources", "假设与来源"),
    "sources_text": (
        "The numbers of the programme's scenario as its file names them, with the words of their sources; roads and fleets stand "
        "in the file, formulas in the documents (`hairpin parameters` prints all).",
        "全套措施方案的各项数字及其来源；名称与来源按方案文件原文列出（英文），道路与车队见方案文件，公式见项目文档（`hairpin parameters` 可列出全部参数）。",
    ),
    "mechanics": ("What is assumed and what is computed", "哪些是假设，哪些由模型算出"),
    "mechanics_text": (
        "What of each measure's effect is put in as a number of the scenario, and what the model makes of it.",
        "各项措施的效果中，哪些作为参数直接给定，哪些由模型推算得出。",
    ),
    "puts_in": ("put in", "直接给定"),
    "emerges": ("computed", "模型算出"),
    "sets": ("Which sets are worth their money", "哪些措施组合值得投入"),
    "sets_text": (
        "Sets of which none is cheaper and avoids more accidents in a year, the cheapest first; intervals of chance in the runs.",
        "没有其他组合更便宜且减少更多事故的组合，按费用由低到高；区间仅含随机波动，按一年计。",
    ),
    "sets_chart": (
        "Every set of measures: what it costs and avoids in a year.",
        "全部措施组合：一年的费用与减少的事故。",
    ),
    "measures": ("measures", "措施"),
    "nothing": ("nothing", "无"),
    "learnt": ("What observations say of the assumptions", "观测数据对假设的约束"),
    "learnt_text": (
        "Median and 95 % interval before and after observations were heeded; where they tell little, the prior stands.",
        "计入观测前后的中位数与 95% 区间；观测提供信息很少的，仍以先验为准。",
    ),
    "prior": ("before", "计入观测前"),
    "posterior": ("after", "计入观测后"),
    "told_by_data": ("told by the data", "数据能否判定"),
    "little": ("hardly", "很少"),
    "swept": ("How the answer depends on a number", "结论如何随某一参数变化"),
    "swept_text": (
        "Accident rate at each value over that of the scenario as it stands, with the interval of chance.",
        "各取值下的事故率与现方案之比，区间仅含随机波动。",
    ),
    "studied": ("What the treatment did by your own counts", "治理前后实测对比"),
    "studied_text": (
        "Accidents counted at the treated sites beside those expected there without the treatment, by Empirical Bayes, which allows for "
        "sites having been picked for their high counts. No part of the model.",
        "治理点实际事故数与若不治理的预期数对照，采用经验贝叶斯法，已考虑因事故多而被选中的影响；与本模型无关。",
    ),
    "study_sites": ("treated sites", "治理点数"),
    "study_counted": ("accidents counted afterwards", "治理后实际事故（起）"),
    "study_expected": ("expected without the treatment", "若不治理的预期事故（起）"),
    "study_ratio": ("ratio, corrected (95 % interval)", "修正后的比值（95% 区间）"),
    "study_naive": ("ratio without the correction", "未修正的比值"),
    "study_verdict": ("verdict", "结论"),
    "study_differs": ("differs from no effect", "与无效果有显著差异"),
    "study_no_effect": ("could be chance alone", "可能只是偶然"),
    "study_placebo": (
        "untreated sites whose interval holds 1 (about 95 % should)",
        "区间包含 1 的未治理点（约 95% 为宜）",
    ),
    "own_score_text": (
        "Your own observations beside what the model gives for them with everything uncertain that it assumes:",
        "自有观测值与模型预测对照，模型的各项假设均作为不确定量：",
    ),
    "part": ("part", "部分"),
    "key": ("number", "参数"),
    "value": ("value", "取值"),
    "basis": ("basis", "依据"),
    "said": ("source or plausible range", "来源或合理范围"),
    "basis_published": ("published", "已发表"),
    "basis_derived": ("derived", "推算"),
    "basis_assumption": ("assumption", "假设"),
    "limits": ("What this does not show", "本报告不能说明什么"),
    "again": ("To get the same numbers again", "如何得到同样的数字"),
    "scenario": ("scenario", "方案"),
    "measure": ("measure", "措施"),
    "expected_accidents": ("expected accidents", "预期事故数"),
    "change": ("change", "较无措施变化"),
    "ratio": ("ratio", "比值"),
    "alone": ("alone", "单独实施"),
    "lost": ("lost without it", "缺少该项的损失"),
    "shapley": ("share of the whole (Shapley)", "分摊贡献（各种实施顺序平均，Shapley 值）"),
    "shapley_deaths": ("share of the deaths avoided (Shapley)", "减少死亡人数的分摊贡献（Shapley 值）"),
    "cost": ("cost, million CNY", "费用（万元）"),
    "balance": ("Who pays and who gains", "谁付费，谁受益"),
    "balance_text": (
        "The programme in a year, at the central value of a statistical life, means of the runs. Tolls and fines (the same for every violation) change hands; together "
        "all sides have the benefit less the cost. That carriers pay for devices, and bear the direct losses, is an assumption.",
        "全部措施按一年计，生命价值取中间值，为各次运行的均值。通行费和罚款（各类违法按同一数额计）只在各方之间转移；各方合计等于效益减费用。"
        "假设车载设备由运输企业付费，直接财产损失由其承担。",
    ),
    "side": ("side", "各方"),
    "better_off": ("better off by, million CNY", "净受益（万元）"),
    "victims_cny": ("people: lives and injuries", "社会公众：减少伤亡"),
    "other_drivers_cny": ("other drivers: time behind trucks", "其他驾驶人：跟在货车后损失的时间"),
    "carriers_cny": ("carriers: time, losses, tolls, fines, devices", "运输企业：时间、财损、通行费、罚款、设备"),
    "toll_roads_cny": ("toll roads", "收费公路经营方"),
    "public_cny": ("public purse: fines less measures", "财政：罚款减措施费用"),
    "all_together": ("together", "合计"),
    "avoided": ("accidents avoided", "减少事故起数"),
    "hours": ("thousand truck hours saved (− lost)", "节省货车工时（千小时）"),
    "per_accident": ("million CNY per accident avoided", "每减少一起事故的成本（万元）"),
    "bcr": ("benefit / cost: low / central / high", "效益费用比：低／中／高"),
    "pays": ("break-even value of a life, million CNY", "效益等于费用时的生命价值（万元）"),
    "or": (" or ", " 或 "),
    "never": ("never", "不划算"),
    "semi": ("semi-trailers, all roads", "半挂车，全部道路"),
    "ratio_axis": ("accident rate / baseline's", "事故率／无措施"),
    "compliance_axis": ("compliance (%)", "禁行守法率（%）"),
    "rate_axis": ("accidents per\nmillion vehicle-km", "每百万车公里\n事故数"),
    "height_axis": ("height above\nthe start (m)", "相对起点\n高差（m）"),
    "curve_axis": ("curve\nradius", "弯道\n半径"),
    "ban_strip": ("banned for some or all trucks", "部分或全部货车禁行"),
    "wrong_gear": ("in a wrong gear", "挡位不当"),
    "engine_brake": ("engine brake alone", "仅用发动机制动"),
    "with_retarder": ("with a retarder", "同时用缓速器"),
    "foot_axis": ("height above\nthe foot (m)", "相对坡底\n高差（m）"),
    "brake_axis": ("brake\ntemperature (°C)", "制动器\n温度（℃）"),
    "fade_mark": ("brakes fade", "制动热衰退"),
    "runaway_axis": ("expected runaways\nper km and year", "每年每公里\n预期失控起数"),
    "set_mark": ("set of measures", "措施组合"),
    "front_mark": ("best for its cost", "同等费用下最好"),
    "risk_axis": ("expected accidents\nper km", "每公里\n预期事故数"),
    "distance_axis": ("distance (km)", "里程（km）"),
    "per_run_axis": ("a year", "一年"),
    "counted_axis": ("counted accidents", "事故起数"),
    "chance_axis": ("chance (%)", "概率（%）"),
    "effect_axis": ("change of the logarithm of the ratio", "比值对数的变化"),
    "violations": ("banned entries", "闯禁行"),
    "alarms": ("alarms", "预警"),
    "contacts": ("drivers reached", "成功联系驾驶人"),
    "left_at_exit": ("left at an exit", "从出口驶离"),
    "interceptions": ("met by a police crew", "路面拦截（民警）"),
    "exit_mark": ("exit", "出口"),
    "camera_mark": ("camera", "测速设备"),
    "ramp_mark": ("escape ramp", "避险车道"),
    "replay": ("One day, truck by truck", "一天的逐车回放"),
    "replay_text": (
        "Each dot is a truck of the model; a ring marks what happened in the last quarter of an hour. Above the line trucks "
        "drive towards its start, below it towards its end.",
        "每个圆点是模型中的一辆货车；圆环表示最近一刻钟内发生的事件。线上方驶向起点，下方驶向终点。",
    ),
    "day": ("day", "第几天："),
    "play": ("Play / pause", "播放／暂停"),
    "hour_of_day": ("hour of the day", "时刻"),
    "speed_of_play": ("speed", "速度"),
    "events_of_day": ("What happened", "当天事件"),
    "time": ("time", "时间"),
    "event": ("event", "事件"),
    "where_it_was": ("where", "地点"),
    "strip_title": ("On the banned road (km)", "禁行道路（km）"),
    "strip_title_free": ("Along the road (km)", "沿路（km）"),
    "map_title": ("On the network", "路网"),
    "hour_axis": ("hour of the day", "时段（时）"),
    "allowed": ("allowed", "合法通行"),
    "violating": ("violating the ban", "闯禁行"),
    "told": ("after the driver was reached", "已联系驾驶人"),
    "event_alarm": ("alarm", "预警"),
    "event_answer": ("call answered", "接听电话"),
    "event_exit": ("left at an exit", "从出口驶离"),
    "event_police": ("met by police", "路面拦截（民警）"),
    "event_accident": ("accident", "事故"),
    "print": ("Print", "打印"),
}

OF_METRICS: dict[str, tuple[str, str, str]] = {
    "accidents": ("expected_accidents", "", ""),
    "deaths": ("expected_deaths", "", ""),
    "fatal_accidents": ("expected_fatal_accidents", "", ""),
    "accidents_killing_3": ("expected_accidents_killing_3", "", ""),
    "chance_of_3_killed": ("chance_of_accident_killing_3", "", ""),
    "injuries": ("expected_injuries", "", ""),
    "property_loss_cny": ("expected_property_loss_cny", " (million CNY)", "（万元）"),
    "rate": (RATE, "", ""),
    "compliance_rate": ("compliance_rate", "", ""),
    "repeat_offence_share": ("repeat_offence_share", "", ""),
    "vehicle_km": ("vehicle_km", " (million)", "（百万车公里）"),
    "follower_delay_hours": ("follower_delay_hours", " (thousand)", "（千小时）"),
    "response": ("mean_response_s", " (s, mean)", "（秒，平均）"),
    "help": ("mean_time_to_help_min", " (minutes, mean)", "（分钟，平均）"),
    "busy": ("operator_utilisation", " (%)", "（%）"),
}
"""Words of metrics come from their table; what a page adds are units."""


def metric_word(name: str, language: str) -> str:
    """What a metric is called in a language; one that is not in the table goes by its own name."""
    row = metric(name)
    return name.replace("_", " ") if row is None else either(language, row.en, row.zh)


def either(language: str, english: str, chinese: str) -> str:
    """The one of two texts that is in a language."""
    return (english, chinese)[LANGUAGES.index(language)]


WORDS |= {row.name: (row.en, row.zh) for row in ROAD_CLASS_TABLE}
WORDS |= {f"mechanism_{row.name}": (row.en, row.zh) for row in TABLE}
WORDS |= {
    key: (metric_word(name, "en") + unit, metric_word(name, "zh") + unit_zh)
    for key, (name, unit, unit_zh) in OF_METRICS.items()
}

WORDS |= {f"{row.name}_trips": (f"trips with {row.en} (thousand)", f"{row.zh}的出行（千次）") for row in OTHERS}

LIMITS: tuple[tuple[str, str], ...] = (
    (
        "The network is stylised unless its file says otherwise; drivers' behaviour has not been calibrated. The size of the "
        "effects rests on assumptions, each listed with its range below and by `hairpin parameters`.",
        "路网除文件另有说明外均为概化；驾驶人行为未经标定。效果大小取决于假设，各项假设及范围见下表及 `hairpin parameters`。",
    ),
    (
        "The accident model was fitted to rural roads in the United States; its use for trucks in China is an assumption. The "
        "comparison of scenarios is more reliable than the level of the rate.",
        "事故模型由美国乡村公路数据建立，用于中国货车是一种假设。方案之间的比较比事故率的绝对水平更可靠。",
    ),
    (
        "Intervals cover chance in the model. They don't cover what is not known of its parameters, unless the run drew them.",
        "区间只反映模型内的偶然性；除非专门对参数抽样，否则不包括参数本身的不确定。",
    ),
    (
        "Nothing here evaluates a real programme: a fall of the real count may be chance or regression to the mean.",
        "本报告并非对真实项目的评估：真实起数的下降可能出于偶然，也可能是均值回归。",
    ),
)


KINDS: dict[str, tuple[str, str]] = {
    "access_rules": ("access rules", "通行管理"),
    "bend_warning": ("warning boards in bends", "弯道会车预警"),
    "brake_check": ("brake-check areas", "制动检查区"),
    "case_review": ("case review", "事故深度调查"),
    "device_coverage": ("linked-control devices", "联控设备"),
    "driver_contact": ("calls to drivers", "电话劝离"),
    "driving_warning": ("warnings while driving", "行车预警"),
    "early_warning": ("alarm on banned entry", "闯禁行预警"),
    "enterprise_accountability": ("enterprise accountability", "压实企业主体责任"),
    "escape_ramps": ("escape ramps", "避险车道"),
    "overtaking_ban": ("no overtaking", "禁止超车"),
    "patrols": ("patrols", "巡逻"),
    "rapid_response": ("rapid response", "应急快速救援"),
    "rest_areas": ("rest areas", "休息区"),
    "road_works": ("road works", "道路整治"),
    "speed_cameras": ("speed cameras", "测速执法"),
    "speed_limiters": ("speed limiters", "限速装置"),
    "squadron_dispatch": ("police dispatch", "中队出口拦截"),
    "variable_limits": ("variable limits", "可变限速"),
    "weigh_stations": ("weigh stations", "治超站"),
    "weight_speed_signs": ("speed signs by weight", "分车型（载重）限速标志"),
}
"""Interventions by kind; those of others go by their own name."""


def kind_word(kind: str, language: str) -> str:
    """What a kind of intervention is called in a language."""
    known = KINDS.get(kind)
    return kind.replace("_", " ") if known is None else known[LANGUAGES.index(language)]


def word(key: str, language: str) -> str:
    """A text in a language."""
    return either(language, *WORDS[key])
