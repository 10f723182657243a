<?php
// Makes the cases `xmlseclibs-*` anew, with a fresh key (Debian: simplesamlphp, php-cli, php-xml):
//
//     php crates/xmlsig/tests/encrypted/make/xmlseclibs.php
error_reporting(E_ALL & ~E_DEPRECATED);
require '/usr/share/simplesamlphp/lib/_autoload.php';

use RobRichards\XMLSecLibs\XMLSecEnc;
use RobRichards\XMLSecLibs\XMLSecurityKey;

const PLAIN = '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a"><saml:Subject><saml:NameID>žofie@example.org</saml:NameID></saml:Subject></saml:Assertion>';

$key = openssl_pkey_new(['private_key_bits' => 2048, 'private_key_type' => OPENSSL_KEYTYPE_RSA]);
openssl_pkey_export($key, $private);
$public = openssl_pkey_get_details($key)['key'];
foreach ([
    'aes128-cbc' => [XMLSecurityKey::AES128_CBC, XMLSecurityKey::RSA_OAEP_MGF1P],
    'aes256-cbc' => [XMLSecurityKey::AES256_CBC, XMLSecurityKey::RSA_OAEP_MGF1P],
    'aes128-gcm' => [XMLSecurityKey::AES128_GCM, XMLSecurityKey::RSA_OAEP_MGF1P],
    'aes256-gcm' => [XMLSecurityKey::AES256_GCM, XMLSecurityKey::RSA_OAEP],
] as $name => [$cipher, $transport]) {
    $document = new DOMDocument();
    $document->loadXML(PLAIN);
    $wrapping = new XMLSecurityKey($transport, ['type' => 'public']);
    $wrapping->loadKey($public);
    $content = new XMLSecurityKey($cipher);
    $content->generateSessionKey();
    $enc = new XMLSecEnc();
    $enc->setNode($document->documentElement);
    $enc->type = XMLSecEnc::Element;
    $enc->encryptKey($wrapping, $content);
    $data = $enc->encryptNode($content, false);
    $out = new DOMDocument();
    $around = $out->createElementNS('urn:oasis:names:tc:SAML:2.0:assertion', 'saml:EncryptedAssertion');
    $out->appendChild($around);
    $around->appendChild($out->importNode($data, true));
    $folder = dirname(__DIR__) . "/xmlseclibs-$name";
    @mkdir($folder);
    file_put_contents("$folder/document.xml", $out->saveXML());
    file_put_contents("$folder/key.pem", $private);
}
