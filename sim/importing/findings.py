"""What an import saw, changed or could not know: each with a code, a place and, in two languages, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sim.core.units import METRES_PER_KM

Language = Literal["en", "zh"]

TEXTS: dict[str, tuple[str, str]] = {
    "R02": (
        "the altimeter was not settled: {dropped_m:.0f} m of heights with grades to {grade_pct:.0f} % were dropped",
        "高度计启动时未稳定：舍去 {dropped_m:.0f} 米内的高程（坡度达 {grade_pct:.0f} %）",
    ),
    "R02-spikes": (
        "{count} heights stood out from their neighbours within 100 m and were replaced",
        "{count} 个高程与前后 100 米内的值相差过大，已替换",
    ),
    "R02-model": (
        "raw heights climb {wrong_m:,.0f} m the wrong way, smoothed over {wavelength_m:.0f} m {left_m:,.0f} m",
        "原始高程有 {wrong_m:,.0f} 米反向爬升，平滑后剩 {left_m:,.0f} 米；波长 {wavelength_m:.0f} 米",
    ),
    "R03": (
        "gap of {gap_m:,.0f} m without points, bridged by a straight line",
        "{gap_m:,.0f} 米没有轨迹点，以直线相连",
    ),
    "R03-joined": (
        "the end of one line and the beginning of the next lie {gap_m:,.0f} m apart, joined by a straight line",
        "前后两条线的端点相距 {gap_m:,.0f} 米，以直线相连",
    ),
    "R03-order": (
        "the {count} pieces of the track were put end to end: in the file's order {gap_m:,.0f} m lie between them",
        "轨迹的 {count} 段按首尾相接重新排序（文件中的顺序相距 {gap_m:,.0f} 米）",
    ),
    "R04": (
        "driven twice: {cut_m:,.0f} m of a lap, a detour or a return are left out",
        "同一道路重复驶过：绕圈、绕行或折返的 {cut_m:,.0f} 米已舍去",
    ),
    "R04-beside": (
        "the second half comes back {away_m:.0f} m beside the first: the other carriageway? Cut it off with --to-km",
        "后半段在前半段旁约 {away_m:.0f} 米处折返：若为另一幅车道，请用 --to-km 截去",
    ),
    "R05": (
        "{grade_pct:.1f} % over 100 m after smoothing, above {most_pct:g} %: a longer --elevation-wavelength may help",
        "平滑后仍有 100 米坡度达 {grade_pct:.1f} %，超过 {most_pct:g} %：可加大 --elevation-wavelength",
    ),
    "R07": (
        "limit {value!r} names several: {used:g} km/h, the lowest, is used",
        "限速 {value!r} 含多个值：采用最低值 {used:g} km/h",
    ),
    "R07-unread": (
        "limit {value!r} can't be read: {used:g} km/h is used, by road class or as said",
        "限速 {value!r} 无法读取：按道路等级或指定值取 {used:g} km/h",
    ),
    "R07-none": (
        "no limit on {share:.0%} of the length: {used} km/h by road class is an assumption (--speed-limit-kmh)",
        "{share:.0%} 的长度没有限速：按道路等级取 {used} km/h，属假设（--speed-limit-kmh）",
    ),
    "R08": (
        "radius {radius_m:.0f} m is less than 15 m, the least that is modelled: 15 m is used",
        "半径 {radius_m:.0f} 米小于模型下限 15 米：取 15 米",
    ),
    "R09": (
        "this lies in China: what was drawn on a Chinese map is shifted by 300 to 600 m; say --datum gcj02 then",
        "位于中国境内：若取自国内地图，坐标有 300 至 600 米偏移，请加 --datum gcj02",
    ),
    "R10": (
        "heights to {height_m:,.0f} as metres: if they are feet say --units us",
        "高程按米计达 {height_m:,.0f}：若为英尺请加 --units us",
    ),
    "R10-fractions": (
        "no grade above {grade:g} %: if the column holds fractions (0.05 for 5 %), multiply it by 100",
        "坡度均不超过 {grade:g} %：若该列为小数（0.05 即 5 %），请乘以 100",
    ),
    "R10-stations": (
        "stations such as {example} are taken as kilometres and metres: if they are hundreds of feet say --units us",
        "桩号如 {example} 按公里加米读取：若为百英尺桩号请加 --units us",
    ),
    "R13": (
        "{void_m:,.0f} m of the way have no height: a straight line between what is known",
        "有 {void_m:,.0f} 米没有高程：以两端直线相连",
    ),
    "R13-zeros": (
        "{count:,} heights of 0 on a road that lies well above are taken as none",
        "道路明显高于海平面，{count:,} 个为 0 的高程视为缺失",
    ),
    "R14": (
        "{count} tunnels, bridges and galleries of {length_m:,.0f} m lie straight between their ends",
        "{count} 处隧道、桥梁、明洞共 {length_m:,.0f} 米，按两端直线取高程",
    ),
    "R17": (
        "times go back {count} times; the order of the file was kept",
        "时间有 {count} 处倒退；按文件顺序处理",
    ),
    "R18": (
        "heights are whole metres: grades are known only after smoothing over {wavelength_m:.0f} m",
        "高程为整米：坡度只能由 {wavelength_m:.0f} 米平滑得出",
    ),
    "R20": (
        "fixes far from those before and after were dropped: {count}, by up to {away_m:,.0f} m",
        "{count} 个定位点与前后各点相距过远（最远 {away_m:,.0f} 米），已舍去",
    ),
    "R21": (
        "{said} to km {to_km:.3f}: the map keeps trucks out, the road has no ban. If it should, write in {link} {ban}",
        "至 km {to_km:.3f}：地图标有货车禁限 {said}。导入的道路不含禁行；如需要，请在 {link} 中写 {ban}",
    ),
    "R19": (
        "columns that are not read: {columns}",
        "未读取的列：{columns}",
    ),
}
"""By code: English, Chinese."""


ONLY_SAID = frozenset({"R19", "R21"})
"""What changes or assumes nothing."""


@dataclass(frozen=True)
class Finding:
    """Something that whoever uses the import should know."""

    code: str
    place: str
    """Kilometre of the imported road, or line of the file; empty for the whole of it."""
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """What was seen and done, or what to do."""
        return TEXTS[self.code][0 if language == "en" else 1].format(**self.values)

    @property
    def number(self) -> str:
        """The code without what tells kinds of it apart."""
        return self.code.partition("-")[0]


def at_km(metres: float) -> str:
    """A place along the road."""
    return f"km {metres / METRES_PER_KM:.3f}"


class RefusedError(ValueError):
    """A file that can't be imported: one message with place and what to do."""


def refused(place: object, message: str, code: str = "") -> RefusedError:
    """An import that ends; the code comes last, for those who look it up."""
    return RefusedError(f"{place}: {message}{f' [{code}]' if code else ''}")
