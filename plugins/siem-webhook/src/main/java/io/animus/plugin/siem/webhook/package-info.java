/** The audit log to a receiver of signed webhooks: see the plugin's README. */
@NullMarked
package io.animus.plugin.siem.webhook;

import org.jspecify.annotations.NullMarked;
