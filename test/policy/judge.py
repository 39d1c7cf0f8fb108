"""Judges the policies of a report of the command policy, on standard input, by parliament."""

import copy
import json
import sys

import parliament


def findings(policy):
    """What parliament finds, but that a policy is wide: the report says so itself."""
    found = parliament.analyze_policy_string(json.dumps(policy)).findings
    return [f for f in found if f.issue not in ("RESOURCE_STAR", "RESOURCE_EFFECTIVELY_STAR")]


identities = json.load(sys.stdin)["identities"]
wrong = [f"{i['name']}: {f}" for i in identities for f in findings(i["policy"])]
actions = {s["Action"] for i in identities for s in i["policy"]["Statement"]}
expected = {"events:PutEvents", "sts:AssumeRole", "secretsmanager:GetSecretValue"}
if actions != expected:
    wrong.append(f"the models need {sorted(actions)}, expected {sorted(expected)}")


def broken(change):
    """Whether parliament finds a mistake that is made in each policy."""
    for identity in identities:
        policy = copy.deepcopy(identity["policy"])
        change(policy["Statement"][0])
        if not findings(policy):
            return False
    return True


mistakes = {
    "an action that is none": lambda s: s.update(Action="events:PutEvent"),
    "a resource that is no ARN": lambda s: s.update(Resource=["orders"]),
    "an operator that is none": lambda s: s.update(Condition={"StringEqual": {"aws:username": "a"}}),
    "a key of another service": lambda s: s.update(Condition={"StringEquals": {"events:detail": "a"}}),
}
wrong += [f"parliament does not find {name}" for name, change in mistakes.items() if not broken(change)]
for w in wrong:
    print("policy:", w, file=sys.stderr)
if wrong:
    sys.exit(1)
print(f"policy: parliament finds nothing in the policies of {len(identities)} identities, and each of {len(mistakes)} mistakes")
