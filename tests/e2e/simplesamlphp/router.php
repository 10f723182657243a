<?php

// PHP's web server finds scripts, and files in modules by module.php/…, by itself.
return false;
