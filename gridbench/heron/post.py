"""Post: sends messages over a broker, as late and as lossy as the schedule says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.messaging.inbox import Inbox
from gridbench.heron.messaging.message import Message
from gridbench.heron.scheduling.event_queue import Phase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.heron.messaging.broker import Broker
    from gridbench.heron.messaging.inbox import Link
    from gridbench.heron.scheduling.delays import Delays
    from gridbench.heron.scheduling.event_queue import EventQueue
    from gridbench.heron.scheduling.timeline import Timeline
    from gridbench.heron.streams import Array
    from gridbench.heron.wiring import Wiring


class Post:
    """The messages of one episode of one environment."""

    def __init__(self, wiring: Wiring, broker: Broker, environment: str, queue: EventQueue, timeline: Timeline) -> None:
        """Open the environment's channels anew."""
        self.wiring, self.broker, self.environment = wiring, broker, environment
        self.queue, self.timeline = queue, timeline
        self.inbox = Inbox(wiring.links, 1)
        self.delays: Mapping[str, Delays] = {}
        self._newest: dict[tuple[str, str], int] = {}
        self._count = 0
        broker.close(environment)
        for name in wiring.agents:
            broker.subscribe(environment, name, self._receive)

    def send(self, link: Link, payload: Array) -> None:
        """Send a payload (one row) on a link; it arrives later, or never."""
        now, delays = self.queue.now_ns, self.delays[link.sender]
        self._count += 1
        numbers = tuple(np.asarray(payload, dtype=float)[0].tolist())
        message = Message(self.environment, link.sender, link.receiver, link.kind, numbers, now, self._count)
        self._log("sent", message)
        after, lost = delays.message(), delays.lost()
        if lost:
            self._log("lost", message)
        else:
            self.queue.push(now + after, Phase.ARRIVAL, partial(self._deliver, message), f"message from {link.sender}")

    def _deliver(self, message: Message) -> None:
        if not self.broker.publish(message):
            self._log("refused", message)

    def _receive(self, message: Message) -> None:
        """Keep a message unless a newer one has been here; its fault, if it fits no link, stays with the broker."""
        link = self.wiring.link.get((message.sender, message.receiver))
        if link is None or message.kind != link.kind:
            raise LookupError(f"no link for {message.kind.name} from {message.sender} to {message.receiver}")
        key = (message.sender, message.receiver)
        if message.number < self._newest.get(key, 0):
            self._log("overtaken", message)
            return
        self._newest[key] = message.number
        self.inbox.put(link, np.array([message.payload]))
        self._log("message", message)

    def _log(self, what: str, message: Message) -> None:
        now = self.queue.now_ns
        late = what == "message" and now - message.sent_ns > self.delays[message.sender].deadline_ns
        detail = f"{message.kind.name} to {message.receiver} {message.payload}" if self.timeline.details else ""
        self.timeline.note(what, message.sender, now, message.sent_ns, detail, late=late)
