package io.animus.plugin.postgres.embedded;

import io.animus.api.database.DatabaseAccess.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The data directory: made once, whole or not at all, with the hub's database and its two roles inside. The superuser
 * has no password and no way in over the network.
 */
final class Cluster {
    static final String DATABASE = "animus";

    // For a machine that has better things to do. They go into postgresql.conf, where an operator may change them.
    private static final List<String> SETTINGS = List.of(
            "shared_buffers=64MB",
            "max_connections=60",
            "max_wal_size=512MB",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "password_encryption=scram-sha-256",
            // Our passwords are 256 random bits, which no number of rounds makes harder to guess.
            "scram_iterations=1",
            "idle_in_transaction_session_timeout=5min",
            "timezone=UTC",
            "log_timezone=UTC",
            "logging_collector=on",
            "log_directory=log",
            "log_filename=postgresql-%a.log",
            "log_rotation_age=1d",
            "log_truncate_on_rotation=on",
            "log_min_messages=warning");

    private final ServerAccount account;
    private final Path programs;
    private final Path data;
    private final Path credentials;

    Cluster(ServerAccount account, Path programs, Path data, Path credentials) {
        this.account = account;
        this.programs = programs;
        this.data = data;
        this.credentials = credentials;
    }

    /**
     * Makes the cluster unless it is there.
     *
     * @return how to log in to it
     * @throws IllegalStateException if it can't be made, or isn't one that these programs can work with
     */
    RolePasswords ready() throws IOException {
        if (Files.exists(data)) {
            checkVersion();
            return RolePasswords.readFrom(credentials);
        }
        var fresh = data.resolveSibling(data.getFileName() + ".new");
        Binaries.delete(fresh);
        Files.createDirectory(fresh);
        account.give(fresh);
        initialise(fresh);
        var passwords = RolePasswords.createIn(credentials);
        createDatabase(fresh, passwords);
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
        return passwords;
    }

    private void checkVersion() throws IOException {
        var version = data.resolve("PG_VERSION");
        if (!Files.exists(version)) {
            throw new IllegalStateException(data + " holds no PostgreSQL database: move it away, or restore it");
        }
        var found = Files.readString(version).strip();
        if (!found.equals(Binaries.MAJOR)) {
            throw new IllegalStateException(data + " was made by PostgreSQL " + found + ", these programs are version "
                    + Binaries.MAJOR + ": dump it with the old version and restore it into a new directory");
        }
        var owner = (int) Files.getAttribute(data, "unix:uid");
        if (owner != account.uid()) {
            throw new IllegalStateException(data + " belongs to the user with id " + owner
                    + ", but the server would run as " + account.uid()
                    + ": start the hub as before, or change the owner of this directory and all in it");
        }
    }

    private void initialise(Path fresh) throws IOException {
        var arguments = new ArrayList<>(List.of(
                "--pgdata=" + account.seen(fresh),
                "--username=postgres",
                "--auth-local=reject",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                // PostgreSQL's own C.UTF-8: no upgrade of the C library can change the order of an index.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums"));
        SETTINGS.forEach(s -> arguments.add("--set=" + s));
        run("initdb", arguments, "");
        Files.writeString(
                fresh.resolve("pg_hba.conf"),
                "host " + DATABASE + " animus_owner,animus_hub 127.0.0.1/32 scram-sha-256\n");
    }

    private void createDatabase(Path fresh, RolePasswords passwords) throws IOException {
        var statements = List.of(
                createRole(passwords.owner()),
                createRole(passwords.runtime()),
                "create database " + DATABASE + " owner " + passwords.owner().user(),
                "revoke all on database " + DATABASE + " from public",
                "grant connect on database " + DATABASE + " to "
                        + passwords.runtime().user());
        // Without a server and its network: in this window the superuser could otherwise be let in.
        // A statement that fails must not be logged: two of them hold passwords.
        run(
                "postgres",
                List.of(
                        "--single",
                        "-D",
                        account.seen(fresh).toString(),
                        "-j",
                        "-c",
                        "exit_on_error=on",
                        "-c",
                        "log_min_error_statement=panic",
                        "-c",
                        "logging_collector=off",
                        "postgres"),
                String.join(";\n\n", statements) + ";\n\n");
    }

    private void run(String program, List<String> arguments, String input) throws IOException {
        var outcome = Programs.run(account.command(programs.resolve("bin").resolve(program), arguments), input);
        if (outcome.exit() != 0) {
            throw new IllegalStateException(program + " failed with exit code " + outcome.exit() + ": "
                    + outcome.output().strip());
        }
    }

    private static String createRole(Credentials role) {
        return "create role " + role.user() + " login nosuperuser nocreatedb nocreaterole password '" + role.password()
                + "'";
    }
}
