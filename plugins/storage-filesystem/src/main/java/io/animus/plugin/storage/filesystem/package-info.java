/** Objects in a directory of this machine, with signed URLs that the hub itself serves. */
@NullMarked
package io.animus.plugin.storage.filesystem;

import org.jspecify.annotations.NullMarked;
