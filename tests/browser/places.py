"""Every page there is, as somebody opens it. What stands in braces in a path is in samples.py."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """`who` is a role of the demo's sign-ins, or None for a stranger."""

    endpoint: str
    path: str
    who: str | None = None
    status: int = 200

    def __str__(self) -> str:
        return f"{self.path} {self.who or 'stranger'}"


CAMPAIGN = "/marketing/campaigns"

PLACES = [
    Place("portal.home", "/"),
    Place("portal.home", "/", "customer"),
    Place("portal.overview", "/account", "customer"),
    Place("portal.overview", "/account", "staff"),
    Place("portal.emails", "/account/emails", "customer"),
    Place("portal.emails", "/account/emails", "staff"),
    Place("accounts.sign_up", "/sign-up"),
    Place("accounts.check_mailbox", "/sign-up/sent"),
    Place("accounts.confirm", "/confirm/{sign_up_link}"),
    Place("accounts.confirm", "/confirm/{used_sign_up_link}"),
    Place("accounts.confirm", "/confirm/{expired_sign_up_link}", status=410),
    Place("accounts.confirm", "/confirm/{forgotten_sign_up_link}", status=410),
    Place("accounts.confirm", "/confirm/cut-short", status=404),
    Place("accounts.sign_in", "/sign-in"),
    Place("accounts.sign_in", "/account"),
    Place("accounts.forgotten", "/password/forgotten"),
    Place("accounts.reset_sent", "/password/forgotten/sent"),
    Place("accounts.new_password", "/password/reset/{reset_link}"),
    Place("accounts.open_reset", "/password/reset/{expired_reset_link}", status=410),
    Place("accounts.open_reset", "/password/reset/cut-short", status=404),
    Place("accounts.profile", "/account/profile", "customer"),
    Place("accounts.edit_detail", "/account/profile/name", "customer"),
    Place("accounts.edit_detail", "/account/profile/organization", "customer"),
    Place("accounts.edit_detail", "/account/profile/phone", "customer"),
    Place("accounts.edit_detail", "/account/profile/address", "customer"),
    Place("accounts.edit_email", "/account/profile/email", "customer"),
    Place("accounts.edit_language", "/account/profile/language", "customer"),
    Place("accounts.confirm_new_email", "/account/email/{email_change_link}"),
    Place("accounts.confirm_new_email", "/account/email/{email_change_link}", "staff"),
    Place("accounts.confirm_new_email", "/account/email/{expired_email_change_link}", status=410),
    Place("accounts.confirm_new_email", "/account/email/cut-short", status=404),
    Place("accounts.profile", "/account/profile", "staff"),
    Place("accounts.undo_new_email", "/account/email/undo/{undo_link}"),
    Place("accounts.undo_new_email", "/account/email/undo/{expired_undo_link}", status=410),
    Place("accounts.undo_new_email", "/account/email/undo/cut-short", status=404),
    Place("accounts.not_me", "/account/not-me/{alarm_link}"),
    Place("accounts.not_me", "/account/not-me/cut-short", status=404),
    Place("accounts.secured", "/account/secured"),
    Place("accounts.signed_in_devices", "/account/devices", "customer"),
    Place("accounts.proof", "/account/proof", "customer"),
    Place("safety.check_up", "/account/check-up", "customer"),
    Place("safety.check_up", "/account/check-up", "staff"),
    Place("safety.activity", "/account/activity", "customer"),
    Place("safety.not_me", "/account/activity/{sign_in}/not-me", "customer"),
    Place("accounts.security", "/account/security", "customer"),
    Place("accounts.edit_password", "/account/security/password", "customer"),
    Place("accounts.new_authenticator", "/account/security/authenticator", "customer"),
    Place("accounts.new_passkey", "/account/security/passkeys/new", "customer"),
    Place("accounts.sign_in", "/sign-in/second-factor"),
    Place("accounts.security", "/account/security", "staff"),
    Place("accounts.authenticator_removal", "/account/security/authenticator/removal", "staff"),
    Place("accounts.new_recovery_codes", "/account/security/recovery-codes", "staff"),
    Place("dev_code.code", "/dev/code"),
    Place("staff.people", "/staff/people", "staff"),
    Place("staff.invite", "/staff/people/invitation", "staff"),
    Place("staff.edit_role", "/staff/people/{marketer}/role", "staff"),
    Place("staff.departure", "/staff/people/{marketer}/departure", "staff"),
    Place("staff.people", "/staff/people", "marketer", status=403),
    Place("staff.invitation", "/invitation/{invitation_link}"),
    Place("staff.invitation", "/invitation/{invitation_of_customer_link}"),
    Place("staff.invitation", "/invitation/{invitation_of_customer_link}", "customer"),
    Place("staff.invitation", "/invitation/{expired_invitation_link}", status=410),
    Place("staff.invitation", "/invitation/{withdrawn_invitation_link}", status=410),
    Place("staff.invitation", "/invitation/cut-short", status=404),
    Place("consents.preferences", "/account/preferences", "customer"),
    Place("consents.preferences", "/account/preferences", "staff"),
    Place("consents.unsubscribe", "/unsubscribe/{unsubscribe_link}"),
    Place("consents.unsubscribe", "/unsubscribe/{used_unsubscribe_link}"),
    Place("consents.unsubscribe", "/unsubscribe/{foreign_unsubscribe_link}"),
    Place("consents.unsubscribe", "/unsubscribe/cut-short", status=404),
    Place("consents.link_preferences", "/preferences/{unsubscribe_link}"),
    Place("privacy.data", "/account/data", "staff"),
    Place("privacy.export_link", "/account/data/exports/download/{copy_link}", "customer"),
    Place("privacy.export_link", "/account/data/exports/download/{copy_link}", "marketer", status=403),
    Place("privacy.export_link", "/account/data/exports/download/{expired_copy_link}", "customer", status=410),
    Place("privacy.export_link", "/account/data/exports/download/cut-short", "customer", status=404),
    Place("privacy.data", "/account/data", "customer"),
    Place("campaigns.campaigns", CAMPAIGN, "marketer"),
    Place("campaigns.new", f"{CAMPAIGN}/new", "marketer"),
    Place("campaigns.edit", f"{CAMPAIGN}/{{draft}}/edit", "marketer"),
    Place("campaigns.preview", f"{CAMPAIGN}/{{draft}}/preview.html", "marketer"),
    Place("campaigns.confirm", f"{CAMPAIGN}/{{draft}}/sending", "marketer"),
    Place("campaigns.deletion", f"{CAMPAIGN}/{{draft}}/deletion", "marketer"),
    Place("campaigns.campaign", f"{CAMPAIGN}/{{sent}}", "marketer"),
    Place("campaigns.campaign", f"{CAMPAIGN}/{{stopped}}", "marketer"),
    Place("campaigns.campaign", f"{CAMPAIGN}/{{on_its_way}}", "marketer"),
    Place("campaigns.confirm_stopping", f"{CAMPAIGN}/{{on_its_way}}/stopping", "marketer"),
    Place("campaigns.deletion", f"{CAMPAIGN}/{{on_its_way}}/deletion", "marketer"),
    Place("dev_mail.email", "/dev/mail/{campaign_email}"),
    Place("dev_mail.part", "/dev/mail/{campaign_email}/text"),
    Place("dev_mail.part", "/dev/mail/{campaign_email}/source"),
    Place("dev_mail.html", "/dev/mail/{campaign_email}/html"),
    Place("dev_mail.html", "/dev/mail/{service_email}/html"),
    Place("dev_mail.inbox", "/dev/mail"),
    Place("dev_mail.inbox", "/dev/mail?search=nobody"),
    Place("campaigns.campaigns", CAMPAIGN, "customer", status=403),
    Place("", "/nowhere", status=404),
]

EMAILS = {"campaigns.preview", "dev_mail.html"}

NO_PAGES = {
    "static": "files",
    "portal.brand": "a stylesheet",
    "health.healthz": "for machines",
    "health.readyz": "for machines",
    "campaigns.marketing": "leads on to the campaigns",
    "campaigns.progress": "a fragment",
    "privacy.export_status": "a fragment",
    "privacy.download_export": "a download",
    "dev_mail.file": "a download",
    "accounts.second_factor": "needs a password before: test_passkeys.py looks at it",
    "accounts.passkey_removal": "needs a passkey: test_passkeys.py looks at it",
}
