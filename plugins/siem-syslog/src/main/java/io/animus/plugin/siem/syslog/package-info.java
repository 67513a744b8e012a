/** The audit log to any receiver of syslog: see the plugin's README. */
@NullMarked
package io.animus.plugin.siem.syslog;

import org.jspecify.annotations.NullMarked;
