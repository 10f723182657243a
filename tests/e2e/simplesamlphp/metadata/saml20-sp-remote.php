<?php

// sp-remote.json: {"entity ID": {metadata as SimpleSAMLphp names it}}; read anew at every request.
$metadata = json_decode(file_get_contents(dirname(__DIR__) . '/sp-remote.json'), true, 16, JSON_THROW_ON_ERROR);
