"""The only verbs that write cases; each is one transaction and leaves one audit line."""

from tiemchung.cases.actions.bulk import approve_bulk, propose_bulk, run_bulks, undo_bulk, withdraw_bulk
from tiemchung.cases.actions.declaring import DeclaredDose, declared_facts, report_declared, withdraw_declared
from tiemchung.cases.actions.desk import answer_back, ask_back, claim_case, next_case, pass_case, release_case
from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.actions.parting import refuse_part, settle_part
from tiemchung.cases.actions.printing import print_letter, print_waiting
from tiemchung.cases.actions.returning import reopen_case, withdraw_case
from tiemchung.cases.actions.settling import SettledCase, refuse_case, settle_case
from tiemchung.cases.actions.ticking import sound_alarms
from tiemchung.cases.actions.untold import told_otherwise

__all__ = [
    "DeclaredDose",
    "SettledCase",
    "answer_back",
    "approve_bulk",
    "ask_back",
    "claim_case",
    "declared_facts",
    "next_case",
    "open_case",
    "pass_case",
    "print_letter",
    "print_waiting",
    "propose_bulk",
    "refuse_case",
    "refuse_part",
    "release_case",
    "reopen_case",
    "report_declared",
    "run_bulks",
    "settle_case",
    "settle_part",
    "sound_alarms",
    "told_otherwise",
    "undo_bulk",
    "withdraw_bulk",
    "withdraw_case",
    "withdraw_declared",
]
