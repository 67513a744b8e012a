package io.animus.kernel.core;

/** What audit calls the things that ids name. */
final class ResourceType {
    private ResourceType() {}

    /** @throws IllegalArgumentException if no id starts so */
    static String of(String prefix) {
        return switch (prefix) {
            case "prj" -> "project";
            case "rb" -> "roleBinding";
            case "sa" -> "serviceAccount";
            case "key" -> "apiKey";
            case "ds" -> "dataset";
            case "dsv" -> "datasetVersion";
            case "upl" -> "upload";
            case "env" -> "environment";
            case "envv" -> "environmentVersion";
            case "lck" -> "environmentLock";
            case "run" -> "run";
            case "att" -> "attempt";
            case "art" -> "artifact";
            case "mdl" -> "model";
            case "mdv" -> "modelVersion";
            case "aud" -> "auditEvent";
            case "snk" -> "auditSink";
            case "whk" -> "webhook";
            case "dlv" -> "delivery";
            case "trp" -> "trustProposal";
            case "node" -> "node";
            case "hub" -> "hub";
            default -> throw new IllegalArgumentException("no id starts with " + prefix);
        };
    }
}
