from reseller_portal.upstream.answer import Accepted
from reseller_portal.upstream.models.dns import DnsRecord, DnsRecordDraft, Zone
from tests.upstream.cases import IVO, Case

DOMAIN = "harborlight-reach.example"
LINKS = "KCNPXKEEM2JJ999XDSKMC051DYCC"
DMARC = DnsRecord(
    id="XFJCDSSYBEVGFQ8ZQKCNBXH7F9T0",
    host="_dmarc",
    value="v=DMARC1; p=none; fo=0; rf=afrf; ri=604800; pct=100; sp=reject; aspf=r; adkim=r",
    type="TXT",
    ttl=3600,
)
MX = DnsRecord("ZD9QWJE8CZNYE6PN82CGZ238ZYC5", "@", "mx1.mailhost.example", "MX", priority=10, ttl=3600)
CASES = {
    "list_dns_records": Case(lambda client: client.dns.list(IVO, DOMAIN), Zone((DMARC, MX))),
    "add_dns_records": Case(
        lambda client: client.dns.add(
            IVO,
            DOMAIN,
            [
                DnsRecordDraft("_dmarc", "v=DMARC1; p=none", "TXT", excluded_dmarc_tags=["rua", "ruf"]),
                DnsRecordDraft("@", "mx1.mailhost.example", "MX", priority=10),
            ],
        ),
        (DMARC, MX),
    ),
    "update_dns_record": Case(
        lambda client: client.dns.update(IVO, DOMAIN, LINKS, DnsRecordDraft("links", "192.0.2.44", "A")),
        DnsRecord(LINKS, "links", "192.0.2.44", "A", ttl=3600),
    ),
    "delete_dns_record": Case(
        lambda client: client.dns.delete(IVO, DOMAIN, LINKS), Accepted("DNS record deleted successfully")
    ),
    "replace_nameservers": Case(
        lambda client: client.dns.replace_nameservers(
            IVO, "gotoharborlight.example", ["ns1.fenwickdns.example", "ns2.fenwickdns.example"]
        ),
        Accepted("Nameservers updated successfully", "ACT_cd7ddfbe-a73e-5129-b9db-9daeb827c090"),
    ),
}
