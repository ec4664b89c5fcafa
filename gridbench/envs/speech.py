"""How the heads of a grid speak, and whether those below them can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.envs.agents import DeviceAgent, PowerGridAgent
from gridbench.heron.agents.proxy_agent import ProxyAgent
from gridbench.heron.errors import refuse
from gridbench.heron.layout import Layout
from gridbench.heron.protocols import Group, NoProtocol, PeerToPeerTradingProtocol, PriceSignalProtocol, SetpointProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gridbench.heron.agents.coordinator_agent import CoordinatorAgent
    from gridbench.heron.declaration import Declaration
    from gridbench.heron.hierarchy import Hierarchy
    from gridbench.heron.protocols import Protocol


def speak(hierarchy: Hierarchy, agents: str, protocols: Mapping[str, Protocol]) -> None:
    """Give each head the protocol named for it, else the one that it was made with, else what `agents` means for it.

    Raises DeclarationError where a name is no head's, and where what a head was made with contradicts `agents`.
    """
    heads = {head.name: head for head in hierarchy.heads()}
    only = f"only heads speak by a protocol: {', '.join(heads)}"
    faults = [f"agent {name}: protocol: {only}" for name in protocols if name not in heads]
    able = {name: [one for one in hierarchy.children[name] if len(hierarchy.agents[one].action)] for name in heads}
    for name, head in heads.items():
        named, chosen = protocols.get(name), head.chosen if isinstance(head, PowerGridAgent) else None
        head.protocol = named or chosen or _default(agents, able, name, top=hierarchy.parents[name] is None)
        if chosen and not named:
            faults += _contradiction(agents, _group(hierarchy, name), head.protocol, able[name])
    for head, trader in _asked(hierarchy):
        if isinstance(trader, PowerGridAgent) and isinstance(head.protocol, PeerToPeerTradingProtocol):
            trader.trader.blocks = head.protocol.blocks
    refuse("protocols", faults)


def misfits(declaration: Declaration) -> list[str]:
    """Return a fault for each policy that would never be asked, and for each agent that could not answer its protocol.

    What the answer needs may be hidden from it, or it decides on other parts than the answer is about.
    """
    hierarchy = declaration.hierarchy
    idle = [one for one in hierarchy.agents.values() if not (len(one.action) or hierarchy.children[one.name])]
    faults = [f"agent {one.name}: policy: it has nothing to decide on" for one in idle if one.policy is not None]
    proxy = ProxyAgent(hierarchy, Layout(hierarchy.agents.values()), declaration.observability)
    for head, member in _asked(hierarchy):
        who, asks = f"agent {member.name}", f"{head.protocol.name} of {head.name} asks it"
        seen = proxy.compile(member.name)
        hidden = [name for name in member.needed() if name not in seen.local_names and name not in seen.global_names]
        faults += [f"{who}: {name}: needed where {asks}, and hidden at {declaration.observability!r}" for name in hidden]
        if isinstance(member, PowerGridAgent):
            parts = [part.name for part in member.protocol.head_parts(_group(hierarchy, member.name))]
            if parts and parts != [f"{device.name}/{ask}" for device in member.devices for ask in device.asks()]:
                faults.append(f"{who}: protocol: {asks} what its devices do, and by {member.protocol.name} it decides otherwise")
    return faults


def _default(agents: str, able: Mapping[str, list[str]], name: str, *, top: bool) -> Protocol:
    if agents == "device" or not any(able.values()):
        return NoProtocol()
    if top and agents == "single":
        return SetpointProtocol()
    return SetpointProtocol(only=able[name]) if able[name] else NoProtocol()


def _contradiction(agents: str, group: Group, protocol: Protocol, able: list[str]) -> list[str]:
    """Return the fault of a protocol that decides for devices where each should, or leaves some where the operator should."""
    led = [name for name in able if protocol.directs(group, name)]
    free = [name for name in able if name not in led]
    mend = "leave one of the two out, or name another in `protocols`"
    who = f"agent {group.head.name}: protocol: {protocol.name}"
    if agents == "device" and led:
        return [f"{who} decides for {', '.join(led)}, and agents='device' lets each decide for itself; {mend}"]
    if agents == "single" and free:
        return [f"{who} leaves {', '.join(free)} to decide, and agents='single' lets the operator decide for all; {mend}"]
    return []


def _asked(hierarchy: Hierarchy) -> Iterator[tuple[CoordinatorAgent, DeviceAgent | PowerGridAgent]]:
    """Yield the agents that a protocol asks for an answer of their own, each after its head."""
    for head in hierarchy.heads():
        for member in (hierarchy.agents[name] for name in hierarchy.children[head.name]):
            if isinstance(member, DeviceAgent):
                asked = isinstance(head.protocol, PriceSignalProtocol) and len(member.action) > 0
            elif isinstance(member, PowerGridAgent):
                asked = isinstance(head.protocol, PeerToPeerTradingProtocol)
            else:
                continue
            if asked:
                yield head, member


def _group(hierarchy: Hierarchy, name: str) -> Group:
    """Return a head of devices with its members."""
    members = {one: hierarchy.agents[one] for one in hierarchy.children[name]}
    return Group(hierarchy.agents[name], members, {one: agent.action for one, agent in members.items()})
