"""What speed trucks drive on a section: what they want, what the road and their engines allow, what rules ask for."""

from sim.core.compiled import compiled, single
from sim.core.units import kmh_from_ms
from sim.driving.conditions import Hours
from sim.driving.plan import ALWAYS, EVERY_DAY, RiskNumbers, Road, RulesOnRoute, RuleTable
from sim.driving.traits import Traits
from sim.driving.trucks import NO_LIMIT, NOTHING, ONE, Trucks
from sim.physics import brake_temperature as brakes
from sim.physics import speed
from sim.risk import encounters, relative

bearable_speed_ms = single(brakes.bearable_speed_ms)
settling_distance_m = single(speed.settling_distance_m)
mean_excess_share, exponential_model = single(encounters.mean_excess_share), single(relative.exponential_model)
kilometres_per_hour = single(kmh_from_ms)
speed_at_end_ms, mean_speed_ms = single(speed.speed_at_end_ms), single(speed.mean_speed_ms)


@compiled
def choose_speed(trucks: Trucks, trips: Traits, road: Road, numbers: RiskNumbers, s: int, icy: int) -> None:
    """The least of habit, curve comfort, crawling upgrade, holding back downgrade and what ice allows."""
    velocity, desired_ms = trucks.velocity, road.desired_ms[s]
    for i in range(len(trips.day)):
        velocity[i] = desired_ms * trucks.weather[i]
    if road.held_ms[s] < NO_LIMIT:
        held_ms, grade, ahead = road.held_ms[s], road.grade[s], road.heats_ahead[s]
        for i in range(len(trips.day)):
            velocity[i] = min(velocity[i], held_ms * trips.descent_factor[i])
        for i in range(len(trips.day)):
            bearable_ms = bearable_speed_ms(
                trips.mass_kg[i], grade, trips.retarding_w[i], trucks.brake_c[i], trips.bears_c[i], ahead
            )
            velocity[i] = min(velocity[i], max(bearable_ms, numbers.lowest_descent_ms))
    if icy:
        icy_ms = road.icy_ms[s]
        for i in range(len(trips.day)):
            velocity[i] = min(velocity[i], icy_ms + trucks.icy_ms[i])
    if road.grade[s] >= NOTHING:
        _climb(trucks, trips, road, s)
    else:
        for i in range(len(trips.day)):
            trucks.leaving_ms[i] = velocity[i]


@compiled
def _climb(trucks: Trucks, trips: Traits, road: Road, s: int) -> None:
    """Speed changes along the section as power, mass and grade have it, towards the crawl speed or what is wanted."""
    velocity, leaving, length, resistance = trucks.velocity, trucks.leaving_ms, road.length_m[s], road.resistance_ms2[s]
    for i in range(len(trips.day)):
        kind = trips.kind[i]
        entry, to = min(leaving[i], velocity[i]), min(road.crawl_ms[s, kind], velocity[i])
        settling = settling_distance_m(entry, to, road.power_per_kg[kind], road.drag_per_kg[kind], resistance)
        leaving[i] = speed_at_end_ms(entry, to, settling, length)
        velocity[i] = mean_speed_ms(entry, to, leaving[i], settling, length)


@compiled
def _as_it_acts(trucks: Trucks, trips: Traits, table: RuleTable, rules: RulesOnRoute, rule: int, s: int) -> None:
    """Take of the share that drivers give up by a rule what acts on the day, at the hour and in the weather."""
    share, days, occasions = trucks.share, rules.day_table[rule], rules.occasion_table[rule]
    if days != EVERY_DAY:
        column = rules.day_column[rule, s]
        for i in range(len(trips.day)):
            share[i] *= table.on_day[days, trips.day[i], column]
    if occasions != ALWAYS:
        for i in range(len(trips.day)):
            share[i] *= table.on_occasion[occasions, trucks.occasion[i]]


@compiled
def slow_down(trucks: Trucks, trips: Traits, table: RuleTable, rules: RulesOnRoute, s: int) -> None:
    """Speed rules act on the speed without any, and the lowest result holds; then alarms of hot brakes."""
    velocity, lowest, leaving, share = trucks.velocity, trucks.passage_s, trucks.leaving_ms, trucks.share
    for i in range(len(trips.day)):
        lowest[i] = velocity[i]
    for rule in range(len(rules.weight)):
        weight, caps, response = rules.weight[rule, s], rules.cap_ms[rule, s], trucks.response[rule]
        if weight > NOTHING:
            for i in range(len(trips.day)):
                share[i] = response[i] * weight
            _as_it_acts(trucks, trips, table, rules, rule, s)
            for i in range(len(trips.day)):
                excess = max(velocity[i] - caps[trips.kind[i]], NOTHING)
                lowest[i] = min(lowest[i], velocity[i] - share[i] * excess)
    for i in range(len(trips.day)):
        slower = lowest[i] * trucks.alarm[i]
        leaving[i] *= slower / velocity[i]
        velocity[i] = slower


@compiled
def slow_others(
    trucks: Trucks,
    trips: Traits,
    hours: Hours,
    table: RuleTable,
    rules: RulesOnRoute,
    others_ms: float,
    numbers: RiskNumbers,
    s: int,
) -> None:
    """Speed rules bind the others too: their mean speed falls, and with it all their accidents with trucks."""
    share, slower, calmer = trucks.share, trucks.slower, trucks.calmer
    for i in range(len(trips.day)):
        slower[i], calmer[i] = hours.speed_factor[trucks.state[i]], ONE
    for rule in range(len(rules.others_weight)):
        weight, cap_ms = rules.others_weight[rule, s], rules.cap_ms[rule, s, 0]
        if weight > NOTHING:
            for i in range(len(trips.day)):
                share[i] = weight
            _as_it_acts(trucks, trips, table, rules, rule, s)
            for i in range(len(trips.day)):
                free_ms = others_ms * hours.speed_factor[trucks.state[i]]
                calmer[i] = min(calmer[i], ONE - share[i] * mean_excess_share(cap_ms / free_ms, numbers.others_spread))
    for i in range(len(trips.day)):
        change_ms = others_ms * slower[i] * (calmer[i] - ONE)
        slower[i] *= calmer[i]
        calmer[i] = exponential_model(kilometres_per_hour(change_ms), numbers.growth_per_kmh)
