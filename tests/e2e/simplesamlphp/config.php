<?php

// Everything that is written goes below the folder that this file was copied to.
$config = [
    'baseurlpath' => getenv('VESTIBULE_TEST_BASE_URL') . '/',
    'certdir' => __DIR__ . '/cert/',
    'loggingdir' => __DIR__ . '/log/',
    'datadir' => __DIR__ . '/data/',
    'tempdir' => __DIR__ . '/temp/',
    'metadatadir' => __DIR__ . '/metadata/',
    'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',

    'technicalcontact_name' => 'The tests',
    'technicalcontact_email' => 'tests@example.org',
    'timezone' => 'UTC',
    'secretsalt' => 'fixed-so-that-persistent-ids-are-the-same-in-every-run',
    'auth.adminpassword' => 'nobody-signs-in-as-an-admin-here',
    'admin.checkforupdates' => false,

    'showerrors' => true,
    'errorreporting' => false,
    'logging.handler' => 'file',
    'logging.level' => SimpleSAML\Logger::INFO,
    'logging.logfile' => 'simplesamlphp.log',
    'statistics.out' => [],

    'enable.saml20-idp' => true,
    'module.enable' => ['core' => true, 'exampleauth' => true, 'saml' => true],
    'metadata.sources' => [['type' => 'flatfile']],
    'authproc.idp' => [],
    'authproc.sp' => [],

    // Plain http on loopback, in a client that is no browser or in one that is.
    'store.type' => 'phpsession',
    'session.phpsession.savepath' => __DIR__ . '/sessions',
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'language.cookie.secure' => false,
    'language.cookie.samesite' => null,
];
