/** Domain events to webhooks: see the plugin's README. */
@NullMarked
package io.animus.plugin.events.webhook;

import org.jspecify.annotations.NullMarked;
