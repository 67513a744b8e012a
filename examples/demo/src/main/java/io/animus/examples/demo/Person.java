package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * One of those who take part: a service account with a key of its own.
 *
 * @param name of the service account
 * @param id of the service account, as it stands in the audit log
 * @param hub the hub as this person calls it
 * @param keyFile where the key is kept for the reader
 */
record Person(String name, String id, HubClient hub, Path keyFile) {
    private static final Duration KEY_LIFE = Duration.ofDays(7);

    /** Makes the service account unless an earlier demo did, and a new key. */
    static Person join(HubClient admin, String name, String description, Path keys)
            throws IOException, InterruptedException {
        var known = admin.find("/api/v1/service-accounts/" + name);
        JsonNode account;
        if (known.isPresent()) {
            account = known.get();
        } else {
            account = admin.post(
                    "/api/v1/service-accounts", Json.object().put("name", name).put("description", description));
        }
        var made = admin.post(
                "/api/v1/service-accounts/" + name + "/keys",
                Json.object().put("description", "made by ./animus demo").put("ttlSeconds", KEY_LIFE.toSeconds()));
        var key = made.path("secret").asText();
        return new Person(name, account.path("id").asText(), admin.as(key), keep(keys.resolve(name), key));
    }

    /** How a role binding names this person. */
    JsonNode subject() {
        return Json.object().put("kind", "serviceAccount").put("id", id);
    }

    private static Path keep(Path file, String key) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, key);
    }
}
