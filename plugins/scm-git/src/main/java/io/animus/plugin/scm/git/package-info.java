/** Source from any git remote: see the plugin's README. */
@NullMarked
package io.animus.plugin.scm.git;

import org.jspecify.annotations.NullMarked;
