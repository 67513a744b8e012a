/** Opens the parts of the plugin that only its own package reaches. */
@NullMarked
package io.animus.plugin.siem.syslog;

import org.jspecify.annotations.NullMarked;
