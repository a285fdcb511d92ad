"""Tags as data: what a rule says, what its condition means, and how a rule file is read.

``default.yaml`` is the rule file that is shipped; it is also the example to start from.
"""

from models.rules.compiler import RuleError, compile_rules
from models.rules.rule import Rule, RuleSet

__all__ = ["Rule", "RuleError", "RuleSet", "compile_rules"]
