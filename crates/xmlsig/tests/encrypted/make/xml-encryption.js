// Makes the cases `xml-encryption-*` anew, with a fresh key (npm: xml-encryption):
//
//     node crates/xmlsig/tests/encrypted/make/xml-encryption.js
const fs = require('fs');
const path = require('path');
const crypto = require('crypto');
const { encrypt } = require('xml-encryption');

const PLAIN = '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a"><saml:Subject><saml:NameID>žofie@example.org</saml:NameID></saml:Subject></saml:Assertion>';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const cases = {
  'aes256-gcm-sha1': { encryptionAlgorithm: `${XENC11}aes256-gcm`, keyEncryptionDigest: 'sha1' },
  'aes128-gcm-sha256': { encryptionAlgorithm: `${XENC11}aes128-gcm`, keyEncryptionDigest: 'sha256' },
  'aes256-gcm-oaep': {
    encryptionAlgorithm: `${XENC11}aes256-gcm`,
    keyEncryptionAlgorithm: `${XENC11}rsa-oaep`,
    keyEncryptionDigest: 'sha256',
    keyEncryptionMgf: 'sha256',
  },
};
for (const [name, options] of Object.entries(cases)) {
  encrypt(PLAIN, {
    rsa_pub: publicKey.export({ type: 'spki', format: 'pem' }),
    // Named in the message, and never read.
    pem: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----',
    keyEncryptionAlgorithm: `${XENC}rsa-oaep-mgf1p`,
    input_encoding: 'utf8',
    ...options,
  }, (error, result) => {
    if (error) throw error;
    const folder = path.join(__dirname, '..', `xml-encryption-${name}`);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'document.xml'),
      `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${result}</saml:EncryptedAssertion>`);
    fs.writeFileSync(path.join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  });
}
