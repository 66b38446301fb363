"""`--help` in Chinese: what commands and options say, for terminals of that language or HAIRPIN_LANG=zh."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rich import columns
from rich.table import Table
from typer import rich_utils

PANELS = {
    "Simulate": "模拟",
    "What is not known": "不确定性",
    "Read": "阅读结果",
    "Scenarios": "方案文件",
    "Evidence": "依据与检验",
    "Options": "选项",
    "Arguments": "参数",
    "Commands": "命令",
}
COMMANDS = {
    "": "山区公路的货车、违法与事故：一项措施使事故率变化多少，把握有多大？",
    "before-after": "用经验贝叶斯法评价治理效果，校正趋均值回归（Hauer 1997）。",
    "calibrate": "用观测目标标定方案的 uncertain 参数（近似贝叶斯计算）。",
    "card": "打印模型卡（Markdown）：用途、数据、弱点、检验成绩、不应使用之处。",
    "check": "以短时段运行随附方案，与 results/reference 比较。",
    "compare": "用相同随机数将各方案与基准方案比较：事故率、守法率、与基准之比及 95% 区间；结果、图表写入结果文件夹，已完成的模拟不重复。",
    "descent": "按坡度严重性分级系统打印沿坡制动器温度与最高安全车速。",
    "diff": "打印两个方案（含其继承内容）的差别：键、此处的值、彼处的值。",
    "explore": "生成一个可邮寄的推演网页：每项措施一个开关，另有滑块、费用与效果。",
    "hindcast": "将模型与实际道路上的观测对照：区间、得分与两个简单对手。",
    "import": "由轨迹、地图、设计线形或表格导入自己的道路。",
    "import accidents": "读取事故记录，落到路段，与预测对照。",
    "import counts": "读取交通量：日交通量及误差、货车占比、分小时与星期的分布、车速。",
    "import inspect": "说明文件是什么、含什么、能否得到道路；不写任何文件。",
    "import road": "由 GPX 或 FIT 轨迹、OpenStreetMap、GeoJSON、LandXML、SUMO 路网或 CSV 生成道路文件。",
    "init": "写出可直接运行的带注释起步方案。",
    "interventions": "列出方案可用的措施、参数与来源。",
    "metrics": "打印每项指标的单位、类别和中英文名称（Markdown）。",
    "parameters": "打印模型的每个数字及单位、来源、范围（Markdown）。",
    "portfolio": "在预算内哪组措施减少事故最多；表格与费用效果图。",
    "power": "要多少年才能看出真实的下降，仅凭偶然又有多大机会。",
    "replay": "重放一天，显示每一辆货车：时空图与可播放的网页。",
    "report": "写出一个可邮寄、可打印的网页：先给结论，再说把握与依据。",
    "run": "运行方案，逐个给出结果，不作比较。",
    "schema": "打印方案文件的 JSON Schema，供编辑器补全与检查。",
    "sensitivity": "哪些 uncertain 参数决定结论：Morris 筛选或 Sobol 指数，附龙卷风图。",
    "serve": "提供一个精确模拟所选措施的网页：先给粗略结果，再逐次细化。",
    "show": "打印方案的全部内容（含继承、部件与默认值），YAML。",
    "sweep": "在网格或试验设计上改变参数；与原方案之比的表格和图。",
    "validate": "检查方案文件，指出文件、行号与全部错误，以及值得再看之处。",
    "verify": "将公式与已发表的数值比较；超出容差时退出码为 1。",
}
"""By the names behind `hairpin`."""
OPTIONS = {
    "Show this message and exit.": "显示本说明并退出。",
    "Print the version and exit.": "打印版本并退出。",
    "Install completion for the current shell.": "为当前 shell 安装补全。",
    "Show completion for the current shell, to copy it or customize the installation.": "显示当前 shell 的补全脚本。",
    "CSV with a row a site: site, before, after, predicted_before, predicted_after, overdispersion, and treated (1 or 0) where there are untreated sites.": "每处一行的 CSV：site、before、after、predicted_before、predicted_after、overdispersion；有对照处时另有 treated（1 或 0）。",
    "Instead: folder of `hairpin import accidents --sections`.": "或者：`hairpin import accidents --sections` 的文件夹。",
    "What was treated of it.": "其中治理的路段。",
    "Day from which on.": "治理开始日期。",
    "At most so many on each side.": "前后各至多多少年。",
    "Relative standard error of the predicted change.": "预测变化的相对标准误。",
    "Go on although the counts before don't fit: sites were picked.": "前期起数与预测不符（地点经挑选）仍继续。",
    "Folder for before_after.json; a folder `before_after` beside results enters their report.": "before_after.json 的文件夹；放在结果旁名为 before_after 的文件夹会进入报告。",
    "Print JSON.": "打印 JSON。",
    "Scenario files; targets name them, or mean the last.": "方案文件；目标按名称指明，否则指最后一个。",
    "What was observed (YAML).": "观测目标（YAML）。",
    "Simulated parameter sets.": "模拟的参数组数。",
    "Share of the draws that is accepted.": "接受的抽样比例。",
    "Names the random numbers; the same seed gives the same results.": "随机数种子；种子相同结果相同。",
    "Processes; by default one a core.": "进程数；默认每核一个。",
    "Run on a Dask cluster (needs the extra `distributed`).": "在 Dask 集群上运行（需 `distributed` 附加组件）。",
    "Compute runs again that are kept in the result folder.": "重新计算结果文件夹中已有的模拟。",
    "Result folder.": "结果文件夹。",
    "Shorten every scenario to so many days; none gets longer.": "将各方案缩短到这么多天；不会加长。",
    "Print summary.json, not tables.": "打印 summary.json 而非表格。",
    "Only say how many runs it takes, how many of them are kept already, and how long.": "只说明需要多少次模拟、已有多少次、大约多久。",
    "Print neither tables nor progress.": "不打印表格和进度。",
    "A scorecard (hindcast.json) of `hairpin hindcast`.": "`hairpin hindcast` 的成绩单（hindcast.json）。",
    "Language.": "语言。",
    "Folder whose folders hold the scenario files.": "其下各文件夹含方案文件的文件夹。",
    "Stored references.": "存档的参考结果。",
    "Only those whose names are of this pattern, such as taishun/*.": "只检查名称符合此模式的，如 taishun/*。",
    "Rewrite the references and print what moved.": "重写参考结果并打印变动。",
    "Also write JUnit XML here.": "另写 JUnit XML。",
    "The scenario to compare with.": "作为基准的方案。",
    "Scenarios to compare; the baseline among them is left out.": "要比较的方案；其中的基准方案略去。",
    "Simulated repetitions; intervals need at least 2.": "模拟次数；区间至少需要 2 次。",
    "Go on until every ratio to the baseline is known to this half-width, such as 0.02 (two-stage rule).": "直到各比值的半宽达到此值，如 0.02（两阶段法）。",
    "With --precision: stop here at the latest.": "用 --precision 时至多这么多次。",
    "Also draw the `uncertain` parameters so often (Latin hypercube), each with --replications runs.": "另对 uncertain 参数抽样这么多次（拉丁超立方），每次 --replications 次模拟。",
    "Change a key in all scenarios, such as road.links.provincial_2.aadt=6000 or days=90; a key of an intervention in those that have it. May be given several times.": "在所有方案中改一个键，如 road.links.provincial_2.aadt=6000 或 days=90；措施的键只改有该措施的方案。可多次使用。",
    "Also write events.parquet: every accident, violation, alarm.": "另写 events.parquet：每起事故、违法、报警。",
    "Share this scenario's effect among its interventions: leave-one-out and Shapley values.": "把该方案的效果分摊到各措施：去一法与 Shapley 值。",
    "Orders drawn for --attribute with more than 4 parts.": "--attribute 超过 4 项措施时抽取的次序数。",
    "Language of the printed tables.": "打印表格的语言。",
    "Also write report.html, in English and Chinese.": "另写中英文的 report.html。",
    "Scenario file, or road file of a scenario.": "方案文件，或方案的道路文件。",
    "Gross mass.": "总质量。",
    "Constant speed.": "恒定车速。",
    "Link of the road; by default its steepest descent.": "路线段；默认为最陡的下坡。",
    "Drive the link from its end to its start.": "由终点向起点行驶。",
    "Engine brake and retarder.": "发动机制动与缓速器。",
    "Also draw it: a file ending in .svg or .png.": "另画图：以 .svg 或 .png 结尾的文件。",
    "Scenario file.": "方案文件。",
    "Another one.": "另一个方案文件。",
    "Scenario whose measures may be chosen.": "可选择其措施的方案。",
    "File.": "文件。",
    "English, Chinese, or both with a switch.": "英文、中文，或带切换的双语。",
    "Days that are simulated, scaled to a year.": "模拟天数，折算为一年。",
    "Days before, with the measures in force.": "之前措施已实施的天数。",
    "Draws of what is uncertain; 0 for none.": "不确定参数的抽样次数；0 为不抽样。",
    "Open the page in a browser.": "在浏览器中打开网页。",
    "Files of cases.": "案例文件。",
    "What registers record of what happens.": "各类登记记录到多少。",
    "Draws of all that is uncertain.": "全部不确定参数的抽样次数。",
    "Accident records: CSV, one row an accident or a person.": "事故记录：CSV，每起或每人一行。",
    "Folder for the tables and the report.": "表格与说明的文件夹。",
    "auto, fars, montana or table.": "auto、fars、montana 或 table。",
    "KEY=COLUMN where a column is called otherwise.": "KEY=COLUMN：列名不同时指明。",
    "dmy or mdy, where dates don't tell.": "日期不明时：dmy 或 mdy。",
    "Only accidents on this route.": "仅此路线上的事故。",
    "Only from this post of the route on.": "仅此桩号以后。",
    "Only up to this post of the route.": "仅此桩号以前。",
    "CSV of sections: route, from, to, and aadt, lanes, length if known.": "路段 CSV：route、from、to，以及已知的 aadt、lanes、length。",
    "Whole years that are studied, such as 2019-2023.": "研究的整年，如 2019-2023。",
    "COLUMN=TEXT: only sections whose cell begins so.": "COLUMN=TEXT：仅单元格以此开头的路段。",
    "KEY=NUMBER for the prediction, such as shoulder_width_m=1.2.": "KEY=NUMBER：预测所用的假设，如 shoulder_width_m=1.2。",
    "COLUMN=TEXT: only accidents of which a row's cell holds this text, as vehicle=truck.": "COLUMN=TEXT：仅有一行含此文字的事故，如 vehicle=truck。",
    "Print the report as JSON.": "以 JSON 打印说明。",
    "Counts: CSV, a row a vehicle, or a row an interval and class.": "交通量：CSV，每辆车一行，或每时段每车型一行。",
    "Folder for profiles and the report.": "分布与说明的文件夹。",
    "Of speeds: metric (km/h) or us (mph).": "车速单位：metric（km/h）或 us（mph）。",
    "COLUMN=TEXT: only rows whose cell begins so, such as a station's.": "COLUMN=TEXT：仅单元格以此开头的行，如某观测站。",
    "Hours to add where times are Greenwich's.": "时间为格林尼治时间时要加的小时数。",
    "Track, map, alignment or table.": "轨迹、地图、线形或表格。",
    "Folder for road.yaml and the report.": "road.yaml 与说明的文件夹。",
    "Height model: .hgt, .hgt.zip or GeoTIFF.": "高程模型：.hgt、.hgt.zip 或 GeoTIFF。",
    "Number of the road on a map, such as CG-2.": "地图上的道路编号，如 CG-2。",
    "Name of the road on a map, or of an alignment.": "地图或线形中的道路名称。",
    "LON,LAT where it begins on a map.": "地图上的起点 LON,LAT。",
    "LON,LAT where it ends on a map.": "地图上的终点 LON,LAT。",
    "Kilometre of a track to begin at.": "从轨迹的第几公里开始。",
    "Kilometre of a track to end at.": "到轨迹的第几公里结束。",
    "as-is, reverse or downhill.": "as-is（原向）、reverse（反向）或 downhill（下坡向）。",
    "wgs84, gcj02 (Chinese maps) or bd09 (Baidu).": "wgs84、gcj02（国内地图）或 bd09（百度）。",
    "Of a track's or table's heights: metric or us (feet).": "高程单位：metric 或 us（英尺）。",
    "Metres over which heights are smoothed; by source if not given.": "高程平滑的波长（米）；默认随来源而定。",
    "Least length of a section, curves aside.": "路段的最小长度（弯道除外）。",
    "Percent over 100 m above which you are warned.": "100 米坡度超过此百分比时提醒。",
    "Name of the link in the road file.": "道路文件中路线段的名称。",
    "expressway, national, provincial or county; by the map if not given.": "expressway、national、provincial 或 county；默认取自地图。",
    "Vehicles a day, both directions, where the file tells none.": "文件未给出时的双向日交通量。",
    "Where the file has no limit.": "文件没有限速时的取值。",
    "Folder of an earlier import whose network it joins at a node within 50 m.": "先前导入的文件夹；在 50 米内的节点处并入其路网。",
    "Each track of a GPX, each name or number of a GeoJSON, is a road; those that meet make a network.": "GPX 的每条轨迹、GeoJSON 的每个名称或编号各为一条道路；相接者组成路网。",
    "Also write a scenario that runs.": "另写可运行的方案。",
    "Write nothing if heights or places were changed or dropped, or traffic or limits are assumed.": "若高程或位置有改动、舍弃，或交通量、限速为假设，则不写任何文件。",
    "Folder to be made.": "要建立的文件夹。",
    "Language of the comments.": "注释的语言。",
    "Kinds to tell of; all if none is named.": "要说明的措施；默认全部。",
    "Print them as a block for a scenario.": "打印为可写入方案的段落。",
    "Print JSON instead of a table.": "打印 JSON 而非表格。",
    "Print a group's assumptions as a block `uncertain` for a scenario instead, such as risk; repeatable.": "改为打印一组假设（如 risk）作为方案的 uncertain 段落；可重复。",
    "Scenario whose interventions may be chosen.": "可选择其措施的方案。",
    "CNY a year.": "每年多少元。",
    "Run every set as often.": "每种组合的模拟次数相同。",
    "Accidents a year before.": "之前每年的事故起数。",
    "True reduction to detect.": "要看出的真实降幅。",
    "Years counted before.": "之前统计的年数。",
    "Wanted chance to detect it.": "希望看出的概率。",
    "Result folder of compare.": "compare 的结果文件夹。",
    "Day of the simulated time, from 0.": "模拟时间的第几天，从 0 起。",
    "Name.": "名称。",
    "Which run.": "第几次模拟。",
    "Of the chart; the page has both languages.": "图的语言；网页为双语。",
    "Also write every chart as PNG and SVG to slides/.": "另将每张图写为 slides/ 下的 PNG 与 SVG。",
    "Also write tables.xlsx, slides.pptx and report.docx (needs the extra `office`).": "另写 tables.xlsx、slides.pptx 和 report.docx（需 `office` 附加组件）。",
    "Who made it, for the first screen: an office or a name.": "首屏署名：单位或姓名。",
    "Scenario files (YAML).": "方案文件（YAML）。",
    "Scenario file (YAML).": "方案文件（YAML）。",
    "Scenario whose effect is looked at.": "要考察其效果的方案。",
    "Screening, or shares of variance.": "筛选，或方差份额。",
    "Trajectories, or base samples (a power of 2).": "轨迹数，或基础样本数（2 的幂）。",
    "Every single number whose source states a range of two, not only those in `uncertain`.": "来源写明上下限的每个数字，而不仅是 uncertain 中的。",
    "Port on this machine.": "本机端口。",
    "Days of a full run, scaled to a year.": "完整模拟的天数，折算为一年。",
    "A page that `hairpin explore` made of the same programme: served too, at /explore, with a panel that simulates its choice exactly.": "`hairpin explore` 为同一方案生成的网页：在 /explore 一并提供，并可精确模拟所选组合。",
    "key=low:high (whole numbers, else 5 values), key=low:high:step or key=a,b,c; several make a grid.": "key=low:high（整数，否则 5 个值）、key=low:high:step 或 key=a,b,c；多个组成网格。",
    "Instead of a grid, so many points of a Latin hypercube between the ends.": "不用网格，而取两端之间拉丁超立方的这么多个点。",
    "Scenario files.": "方案文件。",
    "github: as annotations of a workflow.": "github：作为工作流注释。",
    "minimal: one road, its weather, trucks and drivers, and two measures: every key that a scenario needs; downgrade: a real long downgrade of an expressway, with a brake check and an escape ramp; taishun: the county with its banned road, control centre and programme": "minimal：一条道路及其天气、货车、驾驶人和两项措施，含方案所需的全部键；downgrade：一处实际的高速公路长下坡，含制动检查区和避险车道；taishun：泰顺县，含禁行道路、指挥中心和全套措施",
}
"""By the English text."""


def in_chinese(command: Any) -> Any:
    """A command of Click, and those below it, with what their help says in Chinese; changed in place.

    Tables are told to break lines anywhere: text without spaces would be cut.
    """
    rich_utils.OPTIONS_PANEL_TITLE, rich_utils.ARGUMENTS_PANEL_TITLE = PANELS["Options"], PANELS["Arguments"]
    rich_utils.COMMANDS_PANEL_TITLE = PANELS["Commands"]
    for module in (rich_utils, columns):
        vars(module)["Table"] = Folded
    return _told(command, ())


class Folded(Table):
    """A table whose cells break anywhere."""

    def add_row(self, *renderables: Any, style: Any = None, end_section: bool = False) -> None:
        """As in any table."""
        super().add_row(*renderables, style=style, end_section=end_section)
        for column in self.columns:
            column.overflow = "fold"


def _told(command: Any, path: tuple[str, ...]) -> Any:
    command.help = COMMANDS.get(" ".join(path), command.help)
    command.rich_help_panel = PANELS.get(getattr(command, "rich_help_panel", None) or "")
    command.get_help_option = partial(_of_help, command.get_help_option)
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        if text:
            parameter.help = OPTIONS.get(text, text)
    for name, own in getattr(command, "commands", {}).items():
        _told(own, (*path, name))
    return command


def _of_help(made: Callable[[Any], Any], context: Any) -> Any:
    option = made(context)
    if option is not None:
        option.help = OPTIONS["Show this message and exit."]
    return option


def wanted(environment: Mapping[str, str]) -> bool:
    """Whether the terminal speaks Chinese: HAIRPIN_LANG first, then what the system says."""
    names = ("HAIRPIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((value for name in names if (value := environment.get(name))), "")
    return said.lower().startswith("zh")
