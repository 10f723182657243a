<?php

// sp-remote.json: {"entity ID": {metadata as SimpleSAMLphp names it}}; read anew at every request.
// What the XML in "metadata" says, SimpleSAMLphp reads by itself; the rest wins over that.
$metadata = json_decode(file_get_contents(dirname(__DIR__) . '/sp-remote.json'), true, 16, JSON_THROW_ON_ERROR);
foreach ($metadata as $entityId => $settings) {
    if (isset($settings['metadata'])) {
        $parsed = \SimpleSAML\Metadata\SAMLParser::parseString($settings['metadata'])->getMetadata20SP();
        unset($settings['metadata'], $parsed['entityDescriptor']);
        $metadata[$entityId] = $settings + $parsed;
    }
}
