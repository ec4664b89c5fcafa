"""The README.md of a new bundle: what each file is, and the steps from here to the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridbench.policies.bundle_page import Page


def readme(page: Page) -> str:
    """Return the text of README.md."""
    named = " ".join(f"`{one}`" for one in page.scenarios)
    files = _python() if page.policy.format == "python" else _network(page.scenarios[0])
    return "\n".join([
        f"# {page.name}\n",
        f"A policy for {named}.\n",
        "## Files\n",
        "- `bundle.json`: what the table shows of it, and what it may know (`information`). Raise `version` with every change of",
        "  the contents that you submit.",
        *files,
        "\n## Steps\n",
        "```console",
        f"$ gridbench run --scenario {page.scenarios[0]} --policy ./{page.name}/ --days 2",
        f"$ gridbench submit {page.name}/",
        f"$ gridbench verify results/{page.scenarios[0]}/{page.name} --rerun",
        "```\n",
        "The first tries it, from the folder that this one stands in; the second runs all test days, verifies the records and",
        "files them below `results/`; the third is what a maintainer does with them. SUBMITTING.md says more.",
    ]) + "\n"  # fmt: skip


def _python() -> list[str]:
    return [
        "- `policy.py`: class `Policy`. It runs in a process of its own, sees the observations of each step and gives actions in",
        "  [-1, 1]. Edit `_ask`: it returns what is asked of a device, in its unit, by the names of what is seen.",
    ]


def _network(scenario: str) -> list[str]:
    return [
        f"- `{scenario}/`: `policy.json` declares one perceptron per agent, `weights.safetensors` holds its arrays. From this",
        "  folder, fill in your own, and how they were trained in bundle.json:\n",
        "```python",
        "from pathlib import Path",
        "",
        "from gridbench.policies.network_file import read_spec, read_weights, write_network",
        "",
        f'folder = Path("{scenario}")',
        "spec = read_spec(folder)",
        "arrays = read_weights(folder, spec)     # <module>.<layer>.weight and .bias, as torch.nn.Linear has them",
        "for name in sorted(arrays):",
        "    print(name, arrays[name].shape)     # arrays[name] = layer.weight.detach().numpy()",
        'write_network(folder, spec.model_dump(exclude={"sha256"}), arrays)',
        "```",
    ]
