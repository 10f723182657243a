<?php

// people.json: {"username:password": {"attribute": ["value", …]}}
$config = [
    'people' => array_merge(
        ['exampleauth:UserPass'],
        json_decode(file_get_contents(__DIR__ . '/people.json'), true, 16, JSON_THROW_ON_ERROR)
    ),
];
