package io.animus.examples.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Those who take part. No two of them are the same, and nobody can do everything.
 *
 * @param owner gives the roles
 * @param developer brings data and code, submits the run and makes the model version; may approve, but not their own
 * @param maintainer validates
 * @param approver approves
 * @param auditor reads the audit log
 */
record Cast(Person owner, Person developer, Person maintainer, Person approver, Person auditor) {

    /** Makes the service accounts and their keys. */
    static Cast assemble(HubClient admin, Path keys) throws IOException, InterruptedException {
        Folders.makePrivate(keys);
        return new Cast(
                Person.join(admin, "demo-owner", "Gives the roles in the projects of the demo", keys),
                Person.join(admin, "demo-developer", "Trains models", keys),
                Person.join(admin, "demo-maintainer", "Validates models", keys),
                Person.join(admin, "demo-approver", "Approves models of others", keys),
                Person.join(admin, "demo-auditor", "Reads the audit log", keys));
    }

    /** Makes the project and gives everybody their role in it. */
    void enter(HubClient admin, String project) throws IOException, InterruptedException {
        var request = Json.object().put("name", project).put("title", "Penguins, trained and approved");
        request.putArray("owners").add(owner.subject());
        admin.post("/api/v1/projects", request);
        for (var binding : bindings().entrySet()) {
            for (var role : binding.getValue()) {
                owner.hub()
                        .post(
                                "/api/v1/projects/" + project + "/role-bindings",
                                Json.object()
                                        .put("role", role)
                                        .set("subject", binding.getKey().subject()));
            }
        }
    }

    /** What the audit log calls by id, by name. */
    Optional<String> nameOf(String id) {
        return Stream.of(owner, developer, maintainer, approver, auditor)
                .filter(person -> person.id().equals(id))
                .map(Person::name)
                .findFirst();
    }

    /** Who has which roles, in words. */
    List<String> roles() {
        var others = bindings().entrySet().stream()
                .map(binding -> binding.getKey().name() + ": " + String.join(", ", binding.getValue()))
                .sorted();
        return Stream.concat(Stream.of(owner.name() + ": owner"), others).collect(Collectors.toList());
    }

    private Map<Person, List<String>> bindings() {
        return Map.of(
                developer, List.of("developer", "approver"),
                maintainer, List.of("maintainer"),
                approver, List.of("approver"),
                auditor, List.of("auditor"));
    }
}
