package io.animus.plugin.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * As whom the server's programs run, since PostgreSQL refuses to be root. A hub that is not root runs them as itself. A
 * hub that is root runs them as another user, without privileges; and where that user can't reach the hub's directory,
 * as below {@code /root}, inside a mount namespace that shows this directory, and only to them, as {@code /mnt}.
 *
 * @param prefix what comes before the command line of each program
 * @param uid whom the files of the database must belong to
 * @param seen the hub's directory as the programs see it
 */
record ServerAccount(List<String> prefix, int uid, int gid, Path directory, Path seen) {
    private static final Path MOUNT = Path.of("/mnt");

    /**
     * Finds out how programs in {@code directory} can be run.
     *
     * @param runAs the user to be when the hub is root
     * @throws IllegalStateException if there is no way; the message says what to change
     */
    static ServerAccount of(Path directory, String runAs) throws IOException {
        var self = Path.of("/proc/self");
        if ((int) Files.getAttribute(self, "unix:uid") != 0) {
            return new ServerAccount(
                    List.of(),
                    (int) Files.getAttribute(self, "unix:uid"),
                    (int) Files.getAttribute(self, "unix:gid"),
                    directory,
                    directory);
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        var uid = id("-u", runAs);
        var gid = id("-g", runAs);
        if (uid == 0) {
            throw new IllegalStateException("run_as is root, as which PostgreSQL refuses to run: name another user");
        }
        var drop = List.of(
                "setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--inh-caps=-all", "--no-new-privs");
        var plain = new ServerAccount(drop, uid, gid, directory, directory);
        if (plain.reaches()) {
            return plain;
        }
        var mounted = new ArrayList<>(List.of("unshare", "--mount", "--propagation=private", "sh", "-c"));
        mounted.add("mount --bind \"$0\" " + MOUNT + " && exec \"$@\"");
        mounted.add(directory.toString());
        mounted.addAll(drop);
        var inNamespace = new ServerAccount(List.copyOf(mounted), uid, gid, directory, MOUNT);
        if (inNamespace.reaches()) {
            return inNamespace;
        }
        throw new IllegalStateException("the user " + runAs + " can't reach " + directory
                + ", and no mount namespace can be made here: choose a directory that this user can reach,"
                + " or run the hub as a user that isn't root");
    }

    /** The command line that runs {@code program}, a path below the hub's directory, with {@code arguments}. */
    List<String> command(Path program, List<String> arguments) {
        var command = new ArrayList<>(prefix);
        command.add(seen(program).toString());
        command.addAll(arguments);
        return command;
    }

    /** A path below the hub's directory as the programs see it. */
    Path seen(Path path) {
        return seen.resolve(directory.relativize(path));
    }

    /** Makes {@code path} belong to the server. */
    void give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", uid);
        Files.setAttribute(path, "unix:gid", gid);
    }

    private boolean reaches() throws IOException {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of("test", "-x", seen + "/."));
        return Programs.run(command, "").exit() == 0;
    }

    private static int id(String which, String user) throws IOException {
        var answer = Programs.run(List.of("id", which, user), "");
        if (answer.exit() != 0) {
            throw new IllegalStateException("there is no user " + user + " to run PostgreSQL as: set run_as");
        }
        return Integer.parseInt(answer.output().strip());
    }
}
