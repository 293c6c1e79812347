trigger Dead on Lead (before insert) {
    for (Lead l : Trigger.new) l.Fax = null;
}
