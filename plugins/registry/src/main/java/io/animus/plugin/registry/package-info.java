/** Container images from any OCI registry: see the plugin's README. */
@NullMarked
package io.animus.plugin.registry;

import org.jspecify.annotations.NullMarked;
