"""What was measured of the promises: sums over everybody."""

from webapp.privacy.data_map.vocabulary import NUMBER, NotPersonal, OtherTable, SubjectTable
from webapp.privacy.promises.models import Alert, PromiseFigure

SUM = NotPersonal("a sum or the longest time over everybody, published with the policy")

TABLES: list[SubjectTable | OtherTable] = [
    OtherTable(
        PromiseFigure,
        "one figure over everybody each",
        attributes={
            PromiseFigure.name: SUM,
            PromiseFigure.value: SUM,
            PromiseFigure.cases: SUM,
            PromiseFigure.series: SUM,
            PromiseFigure.measured_at: SUM,
        },
    ),
    OtherTable(
        Alert,
        "that a figure over everybody left its limit",
        attributes={
            Alert.id: NUMBER,
            Alert.figure: SUM,
            Alert.value: SUM,
            Alert.raised_at: SUM,
            Alert.resolved_at: SUM,
        },
    ),
]
