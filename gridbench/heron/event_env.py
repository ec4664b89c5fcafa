"""EventEnv: event mode. The declaration interpreted on a timeline; one environment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gridbench.heron.course import Course, Sample
from gridbench.heron.errors import AgentFailed, EpisodeOver, refuse
from gridbench.heron.lazy import Lazy
from gridbench.heron.messaging.memory_broker import MemoryBroker
from gridbench.heron.observation import Observation
from gridbench.heron.post import Post
from gridbench.heron.result import StepResult
from gridbench.heron.scheduling.clock import to_ns, to_s
from gridbench.heron.scheduling.delays import Delays
from gridbench.heron.scheduling.event_queue import EventQueue, Phase
from gridbench.heron.scheduling.schedule import Schedule
from gridbench.heron.scheduling.timeline import Timeline
from gridbench.heron.state import State
from gridbench.heron.streams import stream
from gridbench.heron.turn import Turn, endings
from gridbench.heron.wiring import Wiring
from gridbench.heron.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.heron.action import Action
    from gridbench.heron.agents.agent import Agent
    from gridbench.heron.declaration import Declaration
    from gridbench.heron.messaging.broker import Broker
    from gridbench.heron.messaging.inbox import Inbox
    from gridbench.heron.scheduling.disturbance import Disturbance
    from gridbench.heron.scheduling.monitor import Monitor, Watch
    from gridbench.heron.streams import Array
    from gridbench.heron.world import Series


class EventEnv:
    """An agent samples at its tick, decides when the sample reaches it, and acts when its action arrives."""

    def __init__(
        self,
        declaration: Declaration,
        schedule: Schedule | None = None,
        environment: str = "environment",
        broker: Broker | None = None,
    ) -> None:
        """Wire a declaration under a schedule; environments that share a broker need names of their own.

        Raise DeclarationError where a protocol or the schedule does not fit.
        """
        self.wiring = Wiring(declaration)
        self.agents: Mapping[str, Agent] = self.wiring.agents
        self.schedule = Schedule() if schedule is None else schedule
        self.schedule.check(self.wiring)
        self.environment = environment
        self.broker = MemoryBroker() if broker is None else broker
        self.step_ns = to_ns(declaration.step_s)
        self._over = "not begun"

    def reset(self, seed: int) -> Mapping[str, Observation]:
        """Begin an episode and return the first observations."""
        self.seed, self.steps, self._over = seed, 0, "not begun"
        self.queue, self.timeline = EventQueue(), Timeline(details=self.schedule.details)
        self.world = World(self.wiring, seed, self.queue, self.timeline, self._wake)
        self._before = self._first = self.world.values
        self.post = Post(self.wiring, self.broker, self.environment, self.queue, self.timeline)
        self._turn = Turn(self.wiring, 1)
        self._actions: dict[str, Action] = {}
        self._samples = 0
        self._arrived: dict[str, Array] = {}
        timings = {name: self.schedule.timing(name, agent.level) for name, agent in self.agents.items()}
        self.post.delays = {name: Delays(name, timing, self.step_ns, seed) for name, timing in timings.items()}
        self._courses = {name: Course(self.wiring, name, self.post.delays[name]) for name in self.agents}
        self.queue.push(self.step_ns, Phase.CLOCK, self._clock, "clock")
        for course in map(self._courses.__getitem__, self.wiring.hierarchy.upward):
            if course.reports or course.acts:  # no one else has anything to sample for
                self.queue.push(course.delays.first_tick(), Phase.SAMPLE, partial(self._tick, course), course.labels.tick)
        self.watches: list[Watch] = []
        self.series: list[Series] = []
        for monitor in self.schedule.monitors:
            self.watch(monitor)
        for disturbance in self.schedule.disturbances:
            self.disturb(disturbance)
        self._over = ""
        return self._observations()

    @property
    def state(self) -> State:
        """A copy of the state."""
        return State(self.wiring.layout, self.world.values)

    @state.setter
    def state(self, state: State) -> None:
        self.world.values = self._before = state.values.copy()

    @property
    def time_s(self) -> float:
        """Seconds since the episode began."""
        return to_s(self.queue.now_ns)

    def disturb(self, disturbance: Disturbance) -> Series:
        """Add a disturbance, which can be cancelled; raise DeclarationError for a bad one, UnknownName for its field."""
        refuse("schedule", disturbance.faults())
        self.wiring.layout.column(disturbance.change.path)
        generator = stream(self.seed, "disturbance", str(len(self.series)), disturbance.change.path)
        self.series.append(self.world.disturb(disturbance.times(generator), disturbance.change))
        return self.series[-1]

    def watch(self, monitor: Monitor) -> Watch:
        """Add a monitor, which can be cancelled; raise DeclarationError for a bad one, UnknownName for its field."""
        refuse("schedule", monitor.faults(self.agents))
        self.watches.append(self.world.watch(monitor))
        return self.watches[-1]

    def observe(self, agent: str) -> Observation:
        """Return what an agent would see if it sampled now, every tag asked anew; raise AgentFailed."""
        return self._seen(agent, self.world.values, self.queue.now_ns)

    def arrived(self, agent: str) -> Array:
        """Return the state (1, slots) as it has reached an agent: as it is, or if samples take time the newest that has come."""
        if self.schedule.timing(agent, self.agents[agent].level).observation_s <= 0.0:
            return self.world.values
        return self._arrived.get(agent, self._first)

    def _observations(self) -> Mapping[str, Observation]:
        """Return what everyone would see now: found when it is looked at, unless an agent has a hook in it."""
        inbox = self.post.inbox.copy()
        find = partial(self._seen, values=self.world.values, sampled_ns=self.queue.now_ns, inbox=inbox)
        return Lazy(self.agents, find, {name: find(name) for name in self.wiring.eager})

    def step(self, asks: Mapping[str, Array] | None = None, *, boxed: bool = False) -> StepResult:
        """Let the timeline run until the next whole step and return what came of it; `asks` stand for policies meanwhile.

        They are asks, or points of the box [-1, 1].

        Raise ActionRefused for a bad ask (nothing has moved, the step may be asked for again), EpisodeOver, and what ends
        the episode: AgentFailed, or ActionRefused for a policy's action.
        """
        if self._over:
            raise EpisodeOver(self._over)
        self._turn.give(asks, boxed=boxed)
        target = self.steps + 1
        try:
            while self.steps < target:
                event = self.queue.pop()
                if event is None:
                    raise EpisodeOver("nothing is left to happen")
                event.happen()
        except Exception as error:
            self._over = str(error).splitlines()[0]
            name = error.agent if isinstance(error, AgentFailed) else "environment"
            self.timeline.note("end", name, self.queue.now_ns, self.queue.now_ns, str(error))
            raise
        return self._result

    def _clock(self) -> None:
        self.world.advance()
        before, self._before = self._before, self.world.values
        self.steps += 1
        earned = self.wiring.rewards.earn(before, self._before, to_s(self.step_ns), self.time_s)
        terminated, truncated = endings(self.wiring, self._before, self.steps, self.time_s)
        self._result = StepResult(self._observations(), earned, terminated, truncated, dict(self._actions))
        self.queue.push(self.queue.now_ns + self.step_ns, Phase.CLOCK, self._clock, "clock")

    def _tick(self, course: Course) -> None:
        at = course.delays.next_tick(self.queue.now_ns)
        self.queue.push(at, Phase.SAMPLE, partial(self._tick, course), course.labels.tick)
        self._sample(course)

    def _wake(self, agent: str) -> None:
        self.queue.push(self.queue.now_ns, Phase.SAMPLE, partial(self._sample, self._courses[agent]), f"waking of {agent}")

    def _sample(self, course: Course) -> None:
        if course.looks:
            self.world.advance()
        self._samples += 1
        now = self.queue.now_ns
        sample = Sample(self.world.values, now, self._samples)
        self.timeline.note("sample", course.name, now, now)
        at = now + course.delays.observation()
        if course.reports:
            self.queue.push(at, course.report_order, partial(self._report, course, sample), course.labels.report)
        if course.acts:
            self.queue.push(at, course.decision_order, partial(self._decide, course, sample), course.labels.decision)

    def _report(self, course: Course, sample: Sample) -> None:
        if sample.number >= course.decided:
            seen = self._seen(course.name, sample.values, sample.at_ns)
            self.post.send(*self._turn.report(course.name, seen, self.time_s))

    def _decide(self, course: Course, sample: Sample) -> None:
        now, agent = self.queue.now_ns, course.name
        if sample.number < course.decided:
            self.timeline.note("overtaken", agent, now, sample.at_ns, "observation")
            return
        course.decided, self._arrived[agent] = sample.number, sample.values
        see = partial(self._seen, agent, sample.values, sample.at_ns)
        action = self._turn.decide(agent, see, self.post.inbox, self.time_s)
        self._actions[agent] = action
        self.timeline.note("decision", agent, now, sample.at_ns, late=now - sample.at_ns > course.delays.stale_ns)
        if course.own:
            happen = partial(self._act, course, action, sample)
            self.queue.push(now + course.delays.action(), Phase.ARRIVAL, happen, course.labels.action)
        if course.heads:
            for link, payload in self._turn.announce(agent, action, self.post.inbox, self.time_s):
                self.post.send(link, payload)

    def _act(self, course: Course, action: Action, sample: Sample) -> None:
        now = self.queue.now_ns
        if sample.number < course.acted:
            self.timeline.note("overtaken", course.name, now, sample.at_ns, "action")
            return
        course.acted = sample.number
        if action is not course.held:
            self._hold(course, action)
        late = now - sample.at_ns > course.delays.deadline_ns
        self.timeline.note("action", course.name, now, sample.at_ns, course.detail, late=late)

    def _hold(self, course: Course, action: Action) -> None:
        own = action.values[:, : course.own]
        self.world.hold(course.name, own)
        course.held = action
        course.detail = repr(own[0].tolist()) if self.timeline.details else ""

    def _seen(self, agent: str, values: Array, sampled_ns: int, inbox: Inbox | None = None) -> Observation:
        local, others = self.wiring.proxy.interpret(agent, values)
        said = self._turn.messages(agent, self.post.inbox if inbox is None else inbox)
        seen = Observation(local, others, said, to_s(sampled_ns))
        return self._turn.observe(agent, seen, self.time_s)
