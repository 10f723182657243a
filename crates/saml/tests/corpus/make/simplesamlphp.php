<?php
// Makes the SimpleSAMLphp cases of the corpus anew, with fresh keys, by the library that
// SimpleSAMLphp itself serialises with (Debian: simplesamlphp, php-cli, php-xml):
//
//     php crates/saml/tests/corpus/make/simplesamlphp.php
error_reporting(E_ALL & ~E_DEPRECATED);
require '/usr/share/simplesamlphp/lib/_autoload.php';

use RobRichards\XMLSecLibs\XMLSecurityKey;
use SAML2\Assertion;
use SAML2\Constants;
use SAML2\EncryptedAssertion;
use SAML2\Response;
use SAML2\XML\saml\Issuer;
use SAML2\XML\saml\NameID;
use SAML2\XML\saml\SubjectConfirmation;
use SAML2\XML\saml\SubjectConfirmationData;

const IDP = 'https://idp.example/simplesaml/saml2/idp/metadata.php';
const SP = 'https://sp.example/saml';
const ACS = 'https://sp.example/saml/acs';
const REQUEST = '_5b8e3f0a2c944d1f';
const EMAIL_OID = 'urn:oid:0.9.2342.19200300.100.1.3';
const GIVEN_NAME_OID = 'urn:oid:2.5.4.42';

// The library logs through a container; here it has nothing to say.
class Silent extends SAML2\Compat\AbstractContainer
{
    public function getLogger(): Psr\Log\LoggerInterface { return new Psr\Log\NullLogger(); }
    public function generateId(): string { return '_' . bin2hex(random_bytes(21)); }
    public function debugMessage($message, string $type): void {}
    public function redirect(string $url, array $data = []): void {}
    public function postRedirect(string $url, array $data = []): void {}
    public function getTempDir(): string { return sys_get_temp_dir(); }
    public function writeFile(string $filename, string $data, int $mode = null): void {}
}
SAML2\Compat\ContainerSingleton::setContainer(new Silent());

function fresh(int $bits): array
{
    $key = openssl_pkey_new(['private_key_bits' => $bits, 'private_key_type' => OPENSSL_KEYTYPE_RSA]);
    $request = openssl_csr_new(['commonName' => 'idp.example'], $key, ['digest_alg' => 'sha256']);
    openssl_x509_export(openssl_csr_sign($request, null, $key, 3650, ['digest_alg' => 'sha256']), $certificate);
    openssl_pkey_export($key, $private);
    return [$private, $certificate];
}

function response(string $private, string $certificate, string $algorithm, bool $signResponse, ?string $encryptTo = null): string
{
    $at = (new DateTime('2026-11-24T09:00:00Z'))->getTimestamp();
    $issuer = new Issuer();
    $issuer->setValue(IDP);
    $key = new XMLSecurityKey($algorithm, ['type' => 'private']);
    $key->loadKey($private);

    $nameId = new NameID();
    $nameId->setValue('4f1f0b6a1e0c5a7d9b3c2d1e0f9a8b7c6d5e4f30');
    $nameId->setFormat(Constants::NAMEID_PERSISTENT);
    $nameId->setNameQualifier(IDP);
    $nameId->setSPNameQualifier(SP);
    $data = new SubjectConfirmationData();
    $data->setNotOnOrAfter($at + 300);
    $data->setRecipient(ACS);
    $data->setInResponseTo(REQUEST);
    $confirmation = new SubjectConfirmation();
    $confirmation->setMethod(Constants::CM_BEARER);
    $confirmation->setSubjectConfirmationData($data);

    $assertion = new Assertion();
    $assertion->setIssueInstant($at);
    $assertion->setIssuer($issuer);
    $assertion->setNameId($nameId);
    $assertion->setSubjectConfirmation([$confirmation]);
    $assertion->setNotBefore($at - 30);
    $assertion->setNotOnOrAfter($at + 300);
    $assertion->setValidAudiences([SP]);
    $assertion->setAuthnInstant($at - 60);
    $assertion->setSessionNotOnOrAfter($at + 8 * 3600);
    $assertion->setSessionIndex('_2f0b9c7d51e04a3b8f6d');
    $assertion->setAuthnContextClassRef(Constants::AC_PASSWORD);
    $assertion->setAttributeNameFormat(Constants::NAMEFORMAT_URI);
    $assertion->setAttributes([EMAIL_OID => ['ada@example.org'], GIVEN_NAME_OID => ['Ada & Ünï']]);
    $assertion->setSignatureKey($key);
    $assertion->setCertificates([$certificate]);

    $response = new Response();
    $response->setIssueInstant($at);
    $response->setIssuer($issuer);
    $response->setDestination(ACS);
    $response->setInResponseTo(REQUEST);
    if ($signResponse) {
        $response->setSignatureKey($key);
        $response->setCertificates([$certificate]);
    }
    if ($encryptTo === null) {
        $response->setAssertions([$assertion]);
    } else {
        $recipient = new XMLSecurityKey(XMLSecurityKey::RSA_OAEP_MGF1P, ['type' => 'public']);
        $recipient->loadKey($encryptTo, false, true);
        $encrypted = new EncryptedAssertion();
        $encrypted->setAssertion($assertion, $recipient);
        $response->setAssertions([$encrypted]);
    }
    $element = $signResponse ? $response->toSignedXML() : $response->toUnsignedXML();
    return $element->ownerDocument->saveXML($element);
}

function write(string $case, string $xml, string $certificate, array $outcome): void
{
    $folder = dirname(__DIR__) . '/' . $case;
    is_dir($folder) || mkdir($folder, 0777, true);
    file_put_contents("$folder/response.xml", $xml);
    file_put_contents("$folder/certificate.pem", $certificate);
    $params = [
        'now' => '2026-11-24T09:00:30Z',
        'clock_skew_seconds' => 180,
        'request_id' => REQUEST,
        'request_issued_at' => '2026-11-24T08:59:40Z',
        'sp_entity_id' => SP,
        'acs_url' => ACS,
        'idp_entity_id' => IDP,
    ] + $outcome;
    $flags = JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;
    file_put_contents("$folder/params.json", json_encode($params, $flags) . "\n");
}

[$private, $certificate] = fresh(2048);
$honest = ['expect' => [
    'name_id' => [
        'value' => '4f1f0b6a1e0c5a7d9b3c2d1e0f9a8b7c6d5e4f30',
        'format' => Constants::NAMEID_PERSISTENT,
        'name_qualifier' => IDP,
        'sp_name_qualifier' => SP,
    ],
    'attributes' => [EMAIL_OID => ['ada@example.org'], GIVEN_NAME_OID => ['Ada & Ünï']],
    'session_index' => '_2f0b9c7d51e04a3b8f6d',
    'session_not_on_or_after' => '2026-11-24T17:00:00Z',
    'expires_at' => '2026-11-24T09:05:00Z',
]];
$sha256 = XMLSecurityKey::RSA_SHA256;
write('accept/simplesamlphp', response($private, $certificate, $sha256, true), $certificate, $honest);
write('accept/simplesamlphp-signed-assertion', response($private, $certificate, $sha256, false), $certificate, $honest);
write('reject/simplesamlphp-rsa-sha1', response($private, $certificate, XMLSecurityKey::RSA_SHA1, true), $certificate, ['refused_by' => 'response_signature']);
write('reject/simplesamlphp-encrypted', response($private, $certificate, $sha256, true, $certificate), $certificate, ['refused_by' => 'encryption']);
[$weak, $weakCertificate] = fresh(1024);
write('reject/simplesamlphp-weak-key', response($weak, $weakCertificate, $sha256, true), $certificate, ['refused_by' => 'response_signature']);
