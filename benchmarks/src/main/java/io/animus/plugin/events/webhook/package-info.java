/** Opens the parts of the plugin that only its own package reaches. */
@NullMarked
package io.animus.plugin.events.webhook;

import org.jspecify.annotations.NullMarked;
