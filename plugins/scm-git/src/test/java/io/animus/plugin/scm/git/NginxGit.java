package io.animus.plugin.scm.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Git's own smart HTTP server behind nginx, which asks for the user hub with the password s3cret. */
record NginxGit(Path folder, Process nginx, Process backend, List<Integer> ports) {
    static final String PLAIN = "";

    /**
     * Serves what is below {@code team} in {@code folder}, on one port for each of {@code settings}.
     *
     * @param settings lines of nginx for that port, {@link #PLAIN} or about TLS
     */
    static NginxGit start(Path folder, String... settings) throws IOException, InterruptedException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Commands.run(folder, "git", "config", "--global", "safe.directory", "*");
        var password = Commands.run(folder, "openssl", "passwd", "-apr1", "s3cret");
        Files.writeString(folder.resolve("htpasswd"), "hub:" + password + "\n");
        var ports = new ArrayList<Integer>();
        var servers = new StringBuilder();
        for (var setting : settings) {
            var index = ports.size();
            ports.add(Commands.freePort());
            servers.append(server(
                    ports.get(index) + (setting.equals(PLAIN) ? "" : " ssl"),
                    "error_log @/" + index + ".log info; " + setting));
        }
        Files.writeString(
                folder.resolve("nginx.conf"),
                """
                daemon off; worker_processes 1; pid @/nginx.pid; error_log @/error.log; %s
                events { worker_connections 64; }
                http {
                  access_log off; client_max_body_size 10m;
                  client_body_temp_path @/b; fastcgi_temp_path @/f; proxy_temp_path @/p; uwsgi_temp_path @/u; scgi_temp_path @/s;
                  %s
                }
                """
                        .formatted("root".equals(System.getProperty("user.name")) ? "user root;" : "", servers)
                        .replace("@", folder.toString()));
        var backend = Commands.start(
                folder, folder.resolve("cgi.log"), "fcgiwrap", "-c", "4", "-s", "unix:" + folder + "/cgi.sock");
        var nginx = Commands.start(folder, folder.resolve("nginx.log"), "nginx", "-c", folder + "/nginx.conf");
        Commands.awaitPort(ports.get(0), nginx, folder.resolve("nginx.log"));
        return new NginxGit(folder, nginx, backend, ports);
    }

    String address(int index) {
        return "127.0.0.1:" + ports.get(index);
    }

    /** How many handshakes failed on that port. */
    long failedHandshakes(int index) throws IOException {
        try (var lines = Files.lines(folder.resolve(index + ".log"))) {
            return lines.filter(line -> line.contains("SSL_do_handshake() failed"))
                    .count();
        }
    }

    void close() throws InterruptedException {
        nginx.destroy();
        nginx.waitFor();
        backend.descendants().forEach(ProcessHandle::destroy);
        backend.destroy();
        backend.waitFor();
    }

    private static String server(String listen, String setting) {
        return """
                server {
                  listen 127.0.0.1:%s; %s
                  location ~ ^/git(/.*)$ {
                    auth_basic git; auth_basic_user_file @/htpasswd;
                    include /etc/nginx/fastcgi_params;
                    fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
                    fastcgi_param GIT_HTTP_EXPORT_ALL "";
                    fastcgi_param GIT_PROJECT_ROOT @/team;
                    fastcgi_param PATH_INFO $1;
                    fastcgi_param REMOTE_USER $remote_user;
                    fastcgi_param HOME @;
                    fastcgi_pass unix:@/cgi.sock;
                  }
                }
                """
                .formatted(listen, setting);
    }
}
