// writes what its handler names
trigger LeadSync on Lead (before insert, before update) {
    for (Lead l : Trigger.new) {
        if (l.Email != null) l.Segment__c = 'A'; /* l.Ignored__c */
    }
    LeadHandler.run(Trigger.new);
}
