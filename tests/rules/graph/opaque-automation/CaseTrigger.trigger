trigger CaseTrigger on Case (before update) {
    for (Case each : Trigger.new) {
        each.Language__c = Languages.of(each);
    }
}
