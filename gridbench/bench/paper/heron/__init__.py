"""The claims of HERON's case study, made with measured numbers (docs/paper_heron.md)."""
