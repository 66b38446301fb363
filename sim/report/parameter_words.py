"""What uncertain parameters are called in English and Chinese."""

from sim.report.words import LANGUAGES

PARAMETERS: dict[str, tuple[str, str]] = {
    "behaviour.choice_scale_cny": ("how closely drivers weigh money and time", "驾驶人选路对钱与时间的敏感程度"),
    "behaviour.contact_effect": ("deterrence by a contact", "一次联系的威慑"),
    "behaviour.contact_half_life_days": ("how long a contact is remembered", "联系后威慑的持续时间"),
    "behaviour.penalty_effect": ("deterrence by a penalty", "一次处罚的威慑"),
    "behaviour.penalty_half_life_days": ("how long a penalty is remembered", "处罚后威慑的持续时间"),
    "behaviour.penalty_weight": ("how much drivers fear a penalty", "驾驶人对处罚的畏惧"),
    "behaviour.sanction_effect": ("deterrence by an enterprise's sanction", "企业处理的威慑"),
    "behaviour.sanction_half_life_days": ("how long a sanction is remembered", "企业处理后威慑的持续时间"),
    "fleet.call_answer_probability": ("drivers who answer a call", "接听电话的驾驶人"),
    "fleet.classes.frequent_semi.terminal_online_share": (
        "frequent semi-trailers with a device online",
        "频繁过境半挂车设备在线率",
    ),
    "demand.overloaded_share": ("trucks that are overloaded", "超载货车占比"),
    "fleet.speed_factor_mean": ("how fast drivers like to go", "驾驶人习惯车速"),
    "fleet.speed_factor_sd": ("how much drivers' speeds differ", "驾驶人车速差异"),
    "risk.brake_failure_c": ("heat at which brakes fail", "制动器失效温度"),
    "risk.calibration_factor": ("danger of the region's roads", "本地区道路的危险程度"),
    "speed.engine_brake_kw": ("power of engine brakes", "发动机制动功率"),
    "speed.hot_brakes_c": ("brake temperature that drivers bear", "驾驶人容许的制动器温度"),
    "speed.hot_brakes_sd_k": ("how drivers differ in that", "驾驶人之间容许温度的差异"),
    "speed.descent_foresight_km": ("how far ahead drivers look on descents", "驾驶人下坡时预想的距离"),
    "speed.side_friction": ("speed that drivers like in curves", "驾驶人弯道车速偏好"),
    "risk.expressway_calibration_factor": ("danger of the expressway", "高速公路的危险程度"),
    "traffic.speed_factor": ("how fast the other vehicles go", "其他车辆的车速"),
    "traffic.speed_cv": ("how much their speeds differ", "其他车辆车速的离散程度"),
    "speed.cautious_factor": ("speed after a contact", "联系后的车速"),
    "speed.wrong_gear_share": ("trips down in too high a gear", "下坡挡位过高的行程"),
}
"""Uncertain parameters of the shipped county in plain words; others go by their keys."""


def parameter_word(key: str, language: str) -> str:
    """What a parameter is called in a language."""
    known = PARAMETERS.get(key)
    return key if known is None else known[LANGUAGES.index(language)]
