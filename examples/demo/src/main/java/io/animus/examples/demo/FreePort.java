package io.animus.examples.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A TCP port on loopback that nobody listens on. */
final class FreePort {
    private FreePort() {}

    /** The preferred port if it is free, else any; 0 prefers none. Somebody else may take it a moment later. */
    static int preferring(int preferred) throws IOException {
        try (var socket = new ServerSocket(preferred, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            if (preferred == 0) {
                throw e;
            }
            return preferring(0);
        }
    }
}
