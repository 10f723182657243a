<?php

// Verifies the signature of one element with xmlseclibs, the library under SimpleSAMLphp.
// Standard input: {"xml", "id", "certificate"}; standard output: what was signed, or a refusal.

require '/usr/share/simplesamlphp/vendor/autoload.php';

use RobRichards\XMLSecLibs\XMLSecurityDSig;
use RobRichards\XMLSecLibs\XMLSecurityKey;

$input = json_decode(stream_get_contents(STDIN), true, 8, JSON_THROW_ON_ERROR);
$document = new DOMDocument();
$document->loadXML($input['xml']);
$xpath = new DOMXPath($document);
$xpath->registerNamespace('ds', XMLSecurityDSig::XMLDSIGNS);
$element = $xpath->query("//*[@ID='{$input['id']}']")->item(0);
$signature = $xpath->query('./ds:Signature', $element)->item(0);
if ($signature === null) {
    exit('unsigned');
}

$dsig = new XMLSecurityDSig();
$dsig->idKeys[] = 'ID';
$dsig->sigNode = $signature;
$dsig->canonicalizeSignedInfo();
try {
    $dsig->validateReference();
} catch (Exception $mismatch) {
    exit('the digest differs');
}
$method = $xpath->query('./ds:SignedInfo/ds:SignatureMethod/@Algorithm', $signature)->item(0)->value;
$key = new XMLSecurityKey($method, ['type' => 'public']);
$key->loadKey($input['certificate'], false, true);
echo $dsig->verify($key) === 1 ? 'verified ' . $method : 'the signature differs';
