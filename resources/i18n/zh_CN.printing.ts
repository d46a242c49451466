<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Exchange slip</source>
        <translation>改签凭条</translation>
    </message>
    <message>
        <source>Reimbursement slip</source>
        <translation>报销凭证</translation>
    </message>
    <message>
        <source>Luggage tag</source>
        <translation>行李标签</translation>
    </message>
    <message>
        <source>Group list</source>
        <translation>团体名单</translation>
    </message>
</context>
</TS>
