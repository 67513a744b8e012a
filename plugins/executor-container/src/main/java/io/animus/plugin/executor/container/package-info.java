/** Jobs in containers of this machine: Podman or Docker, spoken to over the engine's Unix socket. */
@NullMarked
package io.animus.plugin.executor.container;

import org.jspecify.annotations.NullMarked;
