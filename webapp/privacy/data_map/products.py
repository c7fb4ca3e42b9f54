"""What people have from the company and what they pay for it, as the company's own systems tell it."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.retention import INVOICES, WHILE_CUSTOMER
from webapp.privacy.data_map.subjects import SECRET, SERVICE
from webapp.privacy.data_map.vocabulary import (
    NUMBER,
    Category,
    Erasure,
    NotPersonal,
    OtherTable,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.privacy.data_map.words import country_name
from webapp.products.models import (
    BillingAddress,
    CustomerRecord,
    Invoice,
    InvoiceState,
    PaymentMethod,
    Product,
    ProductState,
)
from webapp.products.words import INTERVALS, INVOICE_KINDS, INVOICE_STATES, PRODUCT_KINDS, PRODUCT_STATES

CONTACT, PAYMENT = Category.CONTACT, Category.PAYMENT
BILLING = [Purpose.CONTRACT, Purpose.LAW]
PAYING = [Purpose.CONTRACT, Purpose.PROVISION]
PROVIDED, SYSTEMS = Source.PROVIDED, Source.SYSTEMS
SENDER = NotPersonal("which system of the company's sent it, and when")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        CustomerRecord,
        _l("Your customer numbers"),
        reach=CustomerRecord.subject_id,
        order=CustomerRecord.changed_at,
        keep=WHILE_CUSTOMER,
        attributes={
            CustomerRecord.external_id: Personal(_l("Customer number"), CONTACT, SERVICE, SYSTEMS),
            CustomerRecord.changed_at: Personal(_l("Last changed"), CONTACT, SERVICE, SYSTEMS),
            CustomerRecord.subject_id: NUMBER,
            CustomerRecord.received_at: SENDER,
            CustomerRecord.key_id: SENDER,
        },
    ),
    SubjectTable(
        Product,
        _l("Your products and services"),
        reach=Product.subject_id,
        order=Product.changed_at,
        needed=Product.state != ProductState.ENDED,
        keep=WHILE_CUSTOMER,
        attributes={
            Product.name: Personal(_l("Name"), PAYMENT, SERVICE, SYSTEMS),
            Product.kind: Personal(_l("Kind"), PAYMENT, SERVICE, SYSTEMS, words=spoken(PRODUCT_KINDS)),
            Product.state: Personal(_l("State"), PAYMENT, SERVICE, SYSTEMS, words=spoken(PRODUCT_STATES)),
            Product.started_on: Personal(_l("Since"), PAYMENT, SERVICE, SYSTEMS),
            Product.renews_on: Personal(_l("Renews on"), PAYMENT, SERVICE, SYSTEMS),
            Product.ends_on: Personal(_l("Ends on"), PAYMENT, SERVICE, SYSTEMS),
            Product.cancellable: Personal(_l("Can be cancelled here"), PAYMENT, SERVICE, SYSTEMS),
            Product.notice_days: Personal(_l("Days of notice"), PAYMENT, SERVICE, SYSTEMS),
            Product.price: Personal(_l("Price, in the smallest unit of the currency"), PAYMENT, SERVICE, SYSTEMS),
            Product.currency: Personal(_l("Currency"), PAYMENT, SERVICE, SYSTEMS),
            Product.interval: Personal(_l("Paid"), PAYMENT, SERVICE, SYSTEMS, words=spoken(INTERVALS)),
            Product.payment_method: Personal(_l("Number of the payment method"), PAYMENT, SERVICE, SYSTEMS),
            Product.cancelled_at: Personal(_l("Cancelled by you"), PAYMENT, SERVICE, Source.OBSERVED),
            Product.customer: Personal(_l("Customer number"), PAYMENT, SERVICE, SYSTEMS),
            Product.external_id: Personal(_l("Number of the product"), PAYMENT, SERVICE, SYSTEMS),
            Product.changed_at: Personal(_l("Last changed"), PAYMENT, SERVICE, SYSTEMS),
            Product.subject_id: NUMBER,
            Product.received_at: SENDER,
            Product.key_id: SENDER,
        },
    ),
    SubjectTable(
        Invoice,
        _l("Your invoices"),
        reach=Invoice.subject_id,
        order=Invoice.issued_on,
        since=Invoice.received_at,
        starts=Invoice.issued_on,
        country=Invoice.country,
        law_keeps=Invoice.state != InvoiceState.DRAFT,
        keep=INVOICES,
        on_erasure=Erasure.KEEP,
        attributes={
            Invoice.number: Personal(_l("Invoice number"), PAYMENT, BILLING, SYSTEMS),
            Invoice.kind: Personal(_l("Kind"), PAYMENT, BILLING, SYSTEMS, words=spoken(INVOICE_KINDS)),
            Invoice.state: Personal(_l("State"), PAYMENT, BILLING, SYSTEMS, words=spoken(INVOICE_STATES)),
            Invoice.issued_on: Personal(_l("Date"), PAYMENT, BILLING, SYSTEMS),
            Invoice.due_on: Personal(_l("Due on"), PAYMENT, BILLING, SYSTEMS),
            Invoice.paid_on: Personal(_l("Paid on"), PAYMENT, BILLING, SYSTEMS),
            Invoice.amount: Personal(_l("Amount, in the smallest unit of the currency"), PAYMENT, BILLING, SYSTEMS),
            Invoice.currency: Personal(_l("Currency"), PAYMENT, BILLING, SYSTEMS),
            Invoice.country: Personal(_l("Country of the books"), PAYMENT, BILLING, SYSTEMS, words=country_name),
            Invoice.billed_to: Personal(_l("Billed to"), PAYMENT, BILLING, SYSTEMS),
            Invoice.billing_address: Personal(_l("Address on the invoice"), PAYMENT, BILLING, SYSTEMS),
            Invoice.description: Personal(_l("For"), PAYMENT, BILLING, SYSTEMS),
            Invoice.customer: Personal(_l("Customer number"), PAYMENT, BILLING, SYSTEMS),
            Invoice.external_id: Personal(_l("Number in our books"), PAYMENT, BILLING, SYSTEMS),
            Invoice.changed_at: Personal(_l("Last changed"), PAYMENT, BILLING, SYSTEMS),
            Invoice.subject_id: NUMBER,
            Invoice.received_at: SENDER,
            Invoice.key_id: SENDER,
        },
    ),
    SubjectTable(
        PaymentMethod,
        _l("How you pay"),
        reach=PaymentMethod.subject_id,
        order=PaymentMethod.changed_at,
        needed=PaymentMethod.removed_at.is_(None),
        keep=WHILE_CUSTOMER,
        attributes={
            PaymentMethod.brand: Personal(_l("Payment method"), PAYMENT, PAYING, SYSTEMS),
            PaymentMethod.last_four: Personal(_l("Last four digits"), PAYMENT, PAYING, SYSTEMS),
            PaymentMethod.expires_on: Personal(_l("Good until"), PAYMENT, PAYING, SYSTEMS),
            PaymentMethod.removed_at: Personal(_l("Removed by you"), PAYMENT, PAYING, Source.OBSERVED),
            PaymentMethod.customer: Personal(_l("Customer number"), PAYMENT, PAYING, SYSTEMS),
            PaymentMethod.external_id: Personal(_l("Number of the payment method"), PAYMENT, PAYING, SYSTEMS),
            PaymentMethod.changed_at: Personal(_l("Last changed"), PAYMENT, PAYING, SYSTEMS),
            PaymentMethod.token: Personal(
                _l("What the payment provider knows it by"), PAYMENT, PAYING, SYSTEMS, withheld=SECRET
            ),
            PaymentMethod.subject_id: NUMBER,
            PaymentMethod.received_at: SENDER,
            PaymentMethod.key_id: SENDER,
        },
    ),
    SubjectTable(
        BillingAddress,
        _l("Billing address"),
        reach=BillingAddress.subject_id,
        since=BillingAddress.changed_at,
        keep=WHILE_CUSTOMER,
        correct_at="payments.payments",
        attributes={
            BillingAddress.name: Personal(_l("Name"), PAYMENT, PAYING, PROVIDED),
            BillingAddress.organization: Personal(_l("Company"), PAYMENT, PAYING, PROVIDED),
            BillingAddress.street_address: Personal(_l("Street and number"), PAYMENT, PAYING, PROVIDED),
            BillingAddress.postal_code: Personal(_l("Postal code"), PAYMENT, PAYING, PROVIDED),
            BillingAddress.city: Personal(_l("City"), PAYMENT, PAYING, PROVIDED),
            BillingAddress.country: Personal(_l("Country"), PAYMENT, PAYING, PROVIDED, words=country_name),
            BillingAddress.changed_at: Personal(_l("Last changed"), PAYMENT, PAYING, Source.OBSERVED),
            BillingAddress.subject_id: NUMBER,
        },
    ),
]
