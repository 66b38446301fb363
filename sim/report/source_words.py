"""What sources of numbers say beside their references, in Chinese: plausible ranges in words, and notes.

Titles, authors and tables of what was read stay in the language in which they are found.
"""

import re

GROUPS_ZH = {
    "road": "道路",
    "climate": "气候",
    "traffic": "其他车辆",
    "demand": "货车出行",
    "fleet": "货车与驾驶人",
    "behaviour": "驾驶人行为",
    "speed": "车速与制动",
    "risk": "事故风险",
    "severity": "事故后果",
    "incident": "事故处置",
    "control_centre": "指挥中心",
    "valuation": "价值参数",
}
"""Parts of a scenario."""
NUMBERS = re.compile(r"^(-?[\d.,]+) to (-?[\d.,]+)(?: (\w+))?$")
UNITS_ZH = {"s": "秒", "min": "分钟", "h": "小时", "km": "公里", "m": "米"}

ZH: dict[str, str] = {
    # ranges in words
    "half to twice": "一半至两倍",
    "half to twice the value": "取值的一半至两倍",
    "half to three times the value": "取值的一半至三倍",
    "half to twice each flow": "各流量的一半至两倍",
    "a third to three times each amount": "各金额的三分之一至三倍",
    "for drawing only": "仅用于绘图",
    "any": "任意",
    "false or true": "否或是",
    "urgent_first, nearest_exit, first_come": "紧急优先、最近出口优先、先到先办",
    "grades within 4 %, radii 700 m and more, truck limit 60 to 100 km/h": "坡度不超过 4%，半径 700 米以上，货车限速 60～100 km/h",
    "1.2 to 2.6 for trucks of three to six axles": "三至六轴货车 1.2～2.6",
    "lengths 30 to 45 km and 14 to 20 km, grades to 8 %, radii from 30 m, limits 30 to 60 km/h": (
        "长度 30～45 公里和 14～20 公里，坡度至 8%，半径 30 米以上，限速 30～60 km/h"
    ),
    "0.08 to 0.35 by month": "各月 0.08～0.35",
    "0 to 0.03 in winter": "冬季 0～0.03",
    "a fifth to a twentieth of the noon's flow at 3 h": "3 时的流量为正午的二十分之一至五分之一",
    "0.8 to 1.3 of the mean day": "日均的 0.8～1.3 倍",
    "0.7 to 1.4 of the mean month": "月均的 0.7～1.4 倍",
    "anything between 3 and 12": "3～12 之间",
    "a fifth to a half of trips between 20:00 and 06:00": "20:00 至 06:00 的出行占五分之一至一半",
    "Sunday 0.6 to 0.9 of the mean": "周日为平均的 0.6～0.9 倍",
    "February 0.5 to 0.8 of the mean, Spring Festival": "2 月（春节）为平均的 0.5～0.8 倍",
    "0.02 to 0.3 of the laden trips": "重载行程的 0.02～0.3",
    "250 to 400 for semi-trailers": "半挂车 250～400",
    "mean 0.95 to 1.1, spread 0.05 to 0.12": "均值 0.95～1.1，离散 0.05～0.12",
    "lowest 0.2 to 0.6, most frequent 0.6 to 0.9 of the full payload": "最低为满载的 0.2～0.6，最常见 0.6～0.9",
    "0.013 to 0.06 for general accidents": "一般机理事故 0.013～0.06",
    "0.30 to 0.60 for general accidents": "一般机理事故 0.30～0.60",
    "0.2 to 0.6 for accidents of one vehicle, 0.8 to 0.97 for those of several": "单车事故 0.2～0.6，多车事故 0.8～0.97",
    "fatal 0.7 to 1.0, injury 0.4 to 0.9, damage 0.1 to 0.5": "死亡事故 0.7～1.0，伤人事故 0.4～0.9，财损事故 0.1～0.5",
    "shares of drivers 0 to 0.9": "驾驶人的 0～0.9",
    "2 to 5 in a year": "一年内 2～5 次",
    "0.7 to 1.0 for local and frequent transit semi-trailers": "本地和频繁过境半挂车 0.7～1.0",
    "3 to 20 a year": "每年 3～20",
    "1 to 3 a node": "每个节点 1～3",
    "1 to 3 a station": "每个站 1～3",
    "0 to 2 a station": "每个站 0～2",
    "2 to 40 a station": "每个站 2～40",
    # notes
    "lengths between interchanges are assumed even (11 km)": "假设互通间距相等（11 公里）",
    "stylised; drawn once, no survey of the real roads was available": "示意路网，一次随机生成；没有实际道路的测量资料",
    "title and date of that account are not known to us; the extent of the ban is assumed": (
        "该报道的标题和日期不详；禁行范围为假设"
    ),
    "shape of a monsoon climate, wet from March to September": "季风气候的形状，3 至 9 月多雨",
    "mean altitude of the expressway is 500 m": "高速公路平均海拔 500 米",
    "counts of the road replace it": "可用该路的实测交通量代替",
    "Highway Capacity Manual, 7th edition, chapter 15: base free-flow speed 1.14 times the posted one": (
        "美国《道路通行能力手册》第 7 版第 15 章：基本自由流速度为限速的 1.14 倍"
    ),
    "cars; trucks ask for less": "小客车；货车更低",
    "time in the opposing lane 9.9 s on average (NCHRP report 605, 2008), and as long for who comes towards": (
        "占用对向车道平均 9.9 秒（NCHRP 605 号报告，2008），对向来车同样长"
    ),
    "sight in a curve of radius R is sqrt(8 R m); only the time of others behind trucks hangs on it": (
        "半径 R 的弯道视距为 sqrt(8 R m)；只影响后车的时间损失"
    ),
    "no count by origin and destination was available; a third of the trips are semi-trailers": (
        "没有起讫点调查；三分之一的行程为半挂车"
    ),
    "empty masses and the rigid truck's are assumptions": "空车质量和单体货车质量为假设",
    "heavy trucks and tractors must carry a terminal; how many are online and shared with the county is not known": (
        "重型货车和牵引车须安装终端；在线并与县级共享的比例不详"
    ),
    "fuel, tyres and wear of a loaded truck": "重载货车的油耗、轮胎和磨损",
    "the amount within the range is an assumption": "区间内的取值为假设",
    "licence points, delay and trouble, in multiples of the fine": "记分、耽误和麻烦，折合罚款的倍数",
    "of owners of cars; that a call does the same to drivers of trucks is an assumption": (
        "来自小客车车主；电话对货车驾驶人有同样作用是假设"
    ),
    "at a site where nearly all are caught; to re-offend falls by 70 %": "几乎全部被查获的地点；再犯下降 70%",
    "two years are taken as the half-life": "以两年为半衰期",
    "that banned entries follow as events do is an assumption": "闯禁行与风险事件同样变化是假设",
    "effects of coaching were still seen after 2 months": "辅导效果两个月后仍可见",
    "tampered devices: 0.2 % of trucks in mass checks (ROADPOL 2021), a quarter of suspects (Euro Controle)": (
        "篡改设备：大规模检查中占货车的 0.2%（ROADPOL 2021），可疑车辆中占四分之一（Euro Controle）"
    ),
    "what happened to others changed no beliefs in surveys (Lochner 2007, Amer. Econ. Rev. 97(1)); drivers of one "
    "enterprise know each other better": (
        "调查中他人的遭遇不改变看法（Lochner 2007，Amer. Econ. Rev. 97(1)）；同一企业的驾驶人相互更了解"
    ),
    "trucks; design values of the road stand below it": "货车；道路设计值更低",
    "the types' mean, 0.55 of rated power, is 99 kW in a truck of 180 kW and 181 in one of 330; 73 hp (54 kW) in the "
    "Grade Severity Rating System of 1980": (
        "各类型平均为额定功率的 0.55：180 kW 的车为 99 kW，330 kW 的车为 181 kW；1980 年坡度严重性分级系统中为 73 马力（54 kW）"
    ),
    "a fifth of the brakes without effect: those left take 1.25 times as much": "五分之一的制动器无效：其余承担 1.25 倍",
    "88 % of the drivers who ran away in Colorado were from other states": "科罗拉多州失控的驾驶人 88% 来自外州",
    "engine brakes give their power at high engine speeds only": "发动机制动只在高转速时给出功率",
    "Peterbilt's operator's manual: about 260 deg C in normal braking; odour comes at 288 to 343 (Carlisle)": (
        "Peterbilt 使用手册：正常制动约 260℃；288～343℃ 出现异味（Carlisle）"
    ),
    "signs at the top tell the length of a descent; feeling comes later": "坡顶标志告知坡长；感觉来得更晚",
    "the lowest gears at the engine's highest speed": "最低挡、发动机最高转速",
    "on a Chinese expressway 1.8 % slower in light, 6.6 % in moderate, 28 % in heavy snow": (
        "中国某高速公路：小雪降速 1.8%，中雪 6.6%，大雪 28%"
    ),
    "no county's accident counts by road were available": "没有分道路的县级事故数",
    "two vehicles in those; that trucks are in accidents as often as others is an assumption": (
        "其中为两辆车；货车卷入事故与其他车辆同样频繁是假设"
    ),
    "the manual's freeways have wide medians; no accident counts of mountain expressways by traffic": (
        "手册中的高速公路中央带较宽；没有山区高速公路按交通量的事故数"
    ),
    "two-lane roads; expressways have none": "双车道公路；高速公路不计",
    "10 for the share of single and head-on accidents (`sleepiness_share`), 1.84 for the others; Carlsson 1976: all "
    "accidents 3 to 4 times": (
        "单车和正面事故部分（`sleepiness_share`）取 10，其余取 1.84；Carlsson 1976：全部事故 3～4 倍"
    ),
    "tiredness by the hour comes on top": "时刻引起的疲劳另计",
    "besides what mass does to brakes, climbing and rollover": "质量对制动、爬坡和侧翻的作用之外",
    "of crashes with injuries; trucks out of service for brakes: three times (Teoh 2017)": (
        "伤人事故；因制动被停驶的货车为三倍（Teoh 2017）"
    ),
    "2 over 4.5 hours, on a straight line": "4.5 小时内增加 2，按直线",
    "of all accidents on highways without alcohol; by season 3.8 to 11.6": "公路上不涉酒的全部事故；按季节 3.8～11.6",
    "22 % of all over the three quarters that are general; only single and head-on accidents follow the clock "
    "(Akerstedt et al. 2001); China's expressways: 44 % of one vehicle": (
        "全部的 22% 除以一般机理所占的四分之三；只有单车和正面事故随时刻变化（Akerstedt 等 2001）；中国高速公路：单车事故 44%"
    ),
    "range 0.2 to 0.8": "区间 0.2～0.8",
    "share above the limit from which police act": "超过限速多少比例时警察处理",
    "set so that rollovers in a mountain county are 2 to 6 % of truck accidents (FMCSA 2019, vehicles table 15: 1.8 % "
    "with damage only, 5.9 % with injured); trucks passed one of Colorado's 45 mile/h curves at 66": (
        "取值使山区县的侧翻占货车事故的 2～6%（FMCSA 2019，vehicles 表 15：仅财损 1.8%，伤人 5.9%）；"
        "科罗拉多州一处限速 45 英里/时的弯道有货车以 66 英里/时通过"
    ),
    "of the vehicles that a truck without brakes catches up with; others get out of its way": (
        "失去制动的货车追上的车辆中；其余避开"
    ),
    "at the lining; 550 to 750 deg C is plausible for typical brakes": "制动衬片处；常见制动器 550～750℃ 合理",
    "lower end: Highway Safety Manual 2010, table 10-3; with others in proportion to FMCSA 2019, vehicles tables 15 and "
    "30: of rear-end accidents 0.8 %, of head-on ones 11 %, of side-swipes in opposite directions 0.9 %, of those "
    "without another vehicle 1.2 %": (
        "下限：美国《公路安全手册》2010 表 10-3；与其他车辆的按 FMCSA 2019 vehicles 表 15、30 的比例："
        "追尾 0.8%，正面 11%，对向刮擦 0.9%，无其他车辆 1.2%"
    ),
    "lower end: Highway Safety Manual 2010, table 10-3; FMCSA 2019: rear-end 29 %, head-on 52 %": (
        "下限：美国《公路安全手册》2010 表 10-3；FMCSA 2019：追尾 29%，正面 52%"
    ),
    "trucks that an escape ramp has stopped": "被避险车道停下的货车",
    "recovery and damage after an escape ramp": "驶入避险车道后的救援与车损",
    "until a passer-by has called": "直到路人报警",
    "police or rescue from the county seat": "从县城出发的警察或救援",
    "durations of incidents are usually found to be near lognormal": "事件持续时间通常接近对数正态",
    "trucks, one lane": "货车，单车道",
    "ln(1.5) / 10": "ln(1.5) / 10",
    "upper end; what help can save at most, and as much can be lost by its delay": (
        "上限；救援最多能挽救的比例，延误会损失同样多"
    ),
    "a vendor's terminals report every 30 s": "某厂商终端每 30 秒上报一次",
    "iRAP counts a serious injury as a quarter of a life": "iRAP 把一名重伤计为四分之一条生命",
    "24.58 CNY/h a commuter by car in Dalian in 2009 (Zhao and others 2009, stated choices); wages have risen since, "
    "and more than one person may be in a car": (
        "2009 年大连小汽车通勤者 24.58 元/小时（Zhao 等 2009，意向调查）；此后工资上涨，且一辆车可能不止一人"
    ),
    "8 % is used in appraisal in China": "中国项目评价采用 8%",
    "no tender or budget was available": "没有招标或预算资料",
    "high where police make trucks stop": "警察要求货车停车处较高",
    "carriers that coached had 37 % and 52 % fewer risky events (doi 10.1016/j.trf.2010.11.010)": (
        "开展辅导的运输企业风险事件少 37% 和 52%（doi 10.1016/j.trf.2010.11.010）"
    ),
    "two carriers that coached had 37 % and 52 % fewer risky events (doi 10.1016/j.trf.2010.11.010)": (
        "两家开展辅导的运输企业风险事件少 37% 和 52%（doi 10.1016/j.trf.2010.11.010）"
    ),
    "factors for all vehicles on rural roads in the United States": "美国乡村公路全部车辆的系数",
    "more than half of the alerted drivers slowed in Wyoming's pilot; lights without coaching had an odds ratio of 0.86 "
    "with an interval of 0.51 to 1.43 (doi 10.1016/j.jsr.2016.12.008)": (
        "怀俄明州试点中一半以上收到提示的驾驶人减速；无辅导的指示灯优势比 0.86，区间 0.51～1.43（doi 10.1016/j.jsr.2016.12.008）"
    ),
    "a pilot in Jiangsu counted 2.4 high-level and 26.4 low-level alarms per 100 km": (
        "江苏试点每百公里高级别报警 2.4 次、低级别 26.4 次"
    ),
    "a pilot in Jiangsu counted 2.4 high-level and 26.4 low-level alarms per 100 km; people look at high ones": (
        "江苏试点每百公里高级别报警 2.4 次、低级别 26.4 次；人工处理高级别"
    ),
    "drivers fear damage and the cost of recovery": "驾驶人担心车损和救援费用",
    "no evaluation of such boards could be read; boards that show speeds in curves: 5 to 7 % fewer accidents (Hallmark "
    "et al. 2015)": "没有可读到的此类提示牌评估；弯道车速显示牌：事故少 5～7%（Hallmark 等 2015）",
    "the press of Shaoxing reports 98 % of its trucks as fitted": "绍兴媒体报道 98% 的货车已安装",
    "a region of China reported 98.55 % of its joint-control devices as online in October 2024": (
        "某地区 2024 年 10 月报告联网联控设备在线率 98.55%"
    ),
    "monitoring that nobody acts on did little in a trial (doi 10.1016/j.jsr.2016.12.008)": (
        "无人跟进的监测在试验中作用很小（doi 10.1016/j.jsr.2016.12.008）"
    ),
    "a quarter of an hour to some hours": "一刻钟至数小时",
    "only where there is more to do than operators can; a truck is in the county for an hour": (
        "仅在坐席忙不过来时起作用；一辆货车在县内约一小时"
    ),
    "which call is made first": "先打哪个电话",
    "calls that have nothing to do with alarms": "与报警无关的来电",
    "a driver should not read while driving": "驾驶人行车中不应阅读",
    "in Wyoming's pilot of connected vehicles most drivers slowed after an alert": (
        "怀俄明州车联网试点中多数驾驶人收到提示后减速"
    ),
    "coaching with lights had an odds ratio of 0.52 (0.33 to 0.82) for risky events (doi 10.1016/j.jsr.2016.12.008); "
    "that as much of the excess speed is given up is an assumption": (
        "指示灯加辅导的风险事件优势比 0.52（0.33～0.82；doi 10.1016/j.jsr.2016.12.008）；超速部分按同样比例放弃是假设"
    ),
    "early feedback is reported to work better than late": "据报道及时反馈优于事后反馈",
    "evaluations of bans for trucks on motorways show no clear sign of an effect (RA-2007-113)": (
        "高速公路货车禁超的评估未见明显效果（RA-2007-113）"
    ),
    "a thirtieth is left then; after weeks of it up to eight weeks were found (Vaa 1997)": (
        "届时剩三十分之一；持续数周的执法，效果最长可达八周（Vaa 1997）"
    ),
    "police and tow squads bring none; what saves lives is medical help": "警察和清障队伍不含医疗；挽救生命的是医疗救助",
    "Huzhou reports fatigue accidents with casualties down by 64 % (uncontrolled)": (
        "湖州报告疲劳驾驶伤亡事故下降 64%（无对照）"
    ),
    "35 studies: speeding down by 14 to 65 % (doi 10.1002/14651858.CD004607.pub4)": (
        "35 项研究：超速下降 14～65%（doi 10.1002/14651858.CD004607.pub4）"
    ),
    "many evaluations count 250 to 500 m": "许多评估统计 250～500 米",
    "braking before a camera and speeding up after it; evaluations of cameras find no such harm": (
        "测速点前刹车、其后加速；测速点评估未见这种危害"
    ),
    "share of the excess over the limit that assistance takes away; 1 if it can't be overridden": (
        "辅助系统消除的超速部分；不可越控时为 1"
    ),
    "Lanxi reports from 2,000 overloaded trucks a day to about 10 (uncontrolled)": (
        "兰溪报告超载货车由每日 2000 辆降至约 10 辆（无对照）"
    ),
    "in a field test in five states speeds fell at two of three severe grades (Hanscom 1985)": (
        "五个州的现场试验中，三处陡坡有两处车速下降（Hanscom 1985）"
    ),
    "limits lower in winter, mostly 80 for 100 km/h, took 3.8 km/h off mean speeds and 14 % off accidents on Finland's "
    "main roads (VTT, Seasonally changing speed limits, Transportation Research Record, 46-51)": (
        "芬兰干线公路冬季降低限速（多为 100 降至 80 km/h），平均车速降 3.8 km/h，事故降 14%"
        "（VTT，Seasonally changing speed limits，Transportation Research Record，46-51）"
    ),
    "as of trucks": "与货车相同",
    "at most 30 km/h on ice and snow; on expressways 60, 40 and 20 km/h where one sees less than 200, 100 and 50 m": (
        "冰雪路面不超过 30 km/h；高速公路能见度小于 200、100、50 米时为 60、40、20 km/h"
    ),
}


def source_text(text: str, language: str) -> str:
    """A range or a note in a language; what has no Chinese text stays as it is."""
    if language != "zh":
        return text
    numbers = NUMBERS.match(text)
    if numbers is None:
        return ZH.get(text, text)
    unit = UNITS_ZH.get(numbers[3] or "", numbers[3] or "")
    return f"{numbers[1]}～{numbers[2]}{' ' + unit if unit else ''}"
